/**
 * `assertSnapshot` with the place and the file format of @std/testing/snapshot, over what Deno has built in. Snapshots lie in
 * `__snapshots__/` beside the test; `deno test --update-snapshots` writes them.
 */
export function assertSnapshot<T>(context: Deno.TestContext, actual: T, message?: string): Promise<void> {
  return context.assertSnapshot(actual, message);
}

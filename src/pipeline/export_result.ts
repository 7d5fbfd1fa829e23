/**
 * Taking a result out of the store, so that other programs can read it: a trained backbone's weights, an adapter's PEFT directory.
 * @module
 */
import { dirname, join } from "node:path";
import { readIfFile } from "../files.ts";
import { sha256 } from "./digest.ts";
import { takeInventory } from "./inventory.ts";
import { places } from "./places.ts";
import { StoreError } from "./store_error.ts";

/** What was taken out. */
export interface Exported {
  /** KIND/KEY of the result. */
  readonly entry: string;
  /** Paths of the copies. */
  readonly files: readonly string[];
}

/**
 * Copies a result's files into `folder`, each read against its digest first; nothing that lies there is overwritten.
 *
 * @param name KIND/KEY as an inventory names it, or its beginning where only one result begins so.
 * @throws {StoreError} when no result, or more than one, is called so, it is damaged, or a file of a name it needs is there already.
 */
export async function exportResult(root: string, name: string, folder: string): Promise<Exported> {
  const cannot = (why: string, cause?: unknown) =>
    new StoreError(`Cannot export ${name} from the store ${root}: ${why}`, { cause });
  const { entries } = await takeInventory(root);
  const named = entries.filter(({ entry }) => entry.startsWith(name));
  const [found] = named;
  if (found === undefined) throw cannot('no result is called so; "deno task store list" names them');
  if (named.length > 1) {
    throw cannot(`${named.length} results begin so, such as ${named[0]!.entry}, ${named[1]!.entry}`);
  }
  const { entry, manifest } = found;
  if (manifest === undefined || places(manifest.kind, manifest.key).entry !== entry) {
    throw cannot(`${entry} is damaged: it has no manifest of its own`);
  }
  const contents: { readonly to: string; readonly bytes: Uint8Array }[] = [];
  for (const { name, sha256: wanted } of manifest.files) {
    const bytes = await readIfFile(join(root, entry, name));
    if (bytes === undefined || sha256(bytes) !== wanted) throw cannot(`${entry} is damaged: ${name}`);
    contents.push({ to: join(folder, name), bytes });
  }
  for (const { to, bytes } of contents) {
    await Deno.mkdir(dirname(to), { recursive: true });
    try {
      await Deno.writeFile(to, bytes, { createNew: true });
    } catch (cause) {
      if (!(cause instanceof Deno.errors.AlreadyExists)) throw cause;
      throw cannot(`${to} is there already, wanted a folder without it`, cause);
    }
  }
  return { entry, files: contents.map(({ to }) => to) };
}

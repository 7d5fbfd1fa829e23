/** Methods run on one small experiment, and what every one of them promises. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { it } from "@std/testing/bdd";
import type { Windows } from "../../src/data/types.ts";
import { openEngine } from "../../src/engine/open.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Rung } from "../../src/engine/types.ts";
import { createMethod } from "../../src/methods/registry.ts";
import type { Adapted, MethodContext } from "../../src/methods/types.ts";
import type { MethodSpec } from "../../src/spec/types.ts";
import { smallContext, smallSpec } from "./small_context.ts";
import { allScores } from "../all_scores.ts";

/** A method's entry in the small spec. */
export const entry = (kind: string, options: Record<string, unknown> = {}): MethodSpec =>
  smallSpec({ methods: [{ kind, ...options }] }).methods[0]!;

/** An open experiment. */
export interface MethodRuns {
  readonly context: MethodContext;
  /** Adapts to every F slice in turn; `more` is laid over the context. */
  adaptAll(spec: MethodSpec, more?: Partial<MethodContext>): Promise<Adapted[]>;
  /** Of the first windows of T, all items. */
  scores(adapted: Adapted): Promise<number[]>;
  close(): void;
}

/** Opens it; `more` is laid over the small spec. */
export async function openRuns(rung: Rung = "wasm", more: Record<string, unknown> = {}): Promise<MethodRuns> {
  const engine = await openEngine(rung);
  const context = await smallContext(engine, smallSpec(more));
  return {
    context,
    adaptAll: async (spec, more = {}) => {
      const states: Adapted[] = [];
      for (const slice of context.data.finetune) {
        states.push(await createMethod(spec).adapt(states.at(-1), slice, { ...context, ...more }));
      }
      return states;
    },
    scores: (adapted) => scoresOf(adapted, context.data.test.windows),
    close: () => {
      context.close();
      engine.close();
    },
  };
}

/** Scores of the first windows, all items. */
export async function scoresOf(adapted: Adapted, windows: Windows): Promise<number[]> {
  const scorer = await adapted.scorer(windows);
  const rows = Int32Array.from({ length: Math.min(8, windows.count) }, (_, row) => row);
  const values = Array.from(tf.tidy(() => allScores(scorer, rows).dataSync()));
  scorer.dispose();
  return values;
}

/** What `save` writes, by path. */
export async function savedFiles(adapted: Adapted): Promise<Record<string, Uint8Array>> {
  return await inFolder(async (folder) => {
    await adapted.save(folder);
    return await filesUnder(folder);
  });
}

/** The state as it comes back from a folder. */
export async function reloaded(spec: MethodSpec, adapted: Adapted, context: MethodContext): Promise<Adapted> {
  return await inFolder(async (folder) => {
    await adapted.save(folder);
    return await createMethod(spec).load(folder, context);
  });
}

/** Holds two lists of scores to each other. */
export function assertNear(found: readonly number[], wanted: readonly number[], tolerance = 1e-5): void {
  assert.equal(found.length, wanted.length);
  found.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]!) < tolerance, `${value} and ${wanted[i]} at ${i}`));
}

/** The tests that are the same for every method that trains. */
export function itKeepsPromises(runs: () => MethodRuns, spec: MethodSpec): void {
  it("changes scores with every slice of a list, and leaves the backbone alone", async () => {
    const { context, adaptAll, scores } = runs();
    const before = Object.values(context.parameters).map((tensor) => Array.from(tensor.dataSync()));
    const [base] = await adaptAll(entry("base"));
    const [first, second] = await adaptAll(spec);
    assert.notDeepEqual(await scores(first!), await scores(base!));
    assert.notDeepEqual(await scores(second!), await scores(first!));
    assert.deepEqual(Object.values(context.parameters).map((tensor) => Array.from(tensor.dataSync())), before);
  });

  it("goes on from its own last state: the second slice alone gives other scores", async () => {
    const { context, adaptAll, scores } = runs();
    const alone = await createMethod(spec).adapt(undefined, context.data.finetune[1]!, context);
    assert.notDeepEqual(await scores(alone), await scores((await adaptAll(spec))[1]!));
  });

  it("scores as before, and adapts further as before, when it comes back from a folder", async () => {
    const { context, adaptAll, scores } = runs();
    const [first, second] = await adaptAll(spec);
    const loaded = await reloaded(spec, first!, context);
    assertNear(await scores(loaded), await scores(first!));
    assert.deepEqual([loaded.cost, loaded.curves], [first!.cost, first!.curves]);
    const further = await createMethod(spec).adapt(loaded, context.data.finetune[1]!, context);
    assertNear(await scores(further), await scores(second!), 1e-4);
    assertNear(await scores(await reloaded(spec, second!, context)), await scores(second!));
  });

  it("saves the same bytes for the same seed, other ones for another", async () => {
    const { adaptAll } = runs();
    const [first, again] = [(await adaptAll(spec))[1]!, (await adaptAll(spec))[1]!];
    assert.deepEqual(await savedFiles(again), await savedFiles(first));
    const other = (await adaptAll(spec, { seed: 2 }))[1]!;
    assert.notDeepEqual(await savedFiles(other), await savedFiles(first));
  });

  it("leaves nothing on the device but the steps it compiled", async () => {
    const { adaptAll, scores } = runs();
    const once = async () => await scores((await adaptAll(spec)).at(-1)!);
    await once();
    const { numTensors } = tf.memory();
    await once();
    assert.equal(tf.memory().numTensors, numTensors);
  });
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function filesUnder(folder: string, within = ""): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (const { name, isDirectory } of Deno.readDirSync(join(folder, within))) {
    const path = join(within, name);
    if (isDirectory) Object.assign(files, await filesUnder(folder, path));
    else files[path] = await Deno.readFile(join(folder, path));
  }
  return files;
}

/** raie under many specs, on one small experiment. */
import type { SlicedData, Windows } from "../../src/data/types.ts";
import { openEngine } from "../../src/engine/open.ts";
import { tf } from "../../src/engine/tfjs.ts";
import { createMethod } from "../../src/methods/registry.ts";
import type { RaieAdapted } from "../../src/methods/raie_state.ts";
import type { Adapted, Method, MethodContext } from "../../src/methods/types.ts";
import { type UnitVectors, unitVectors } from "../../src/regions/mod.ts";
import { directions } from "../regions/draws.ts";
import { smallContext, smallSpec } from "./small_context.ts";
import { itemsOf } from "../../src/data/window_rows.ts";
import { allScores } from "../all_scores.ts";

/** Overrides of `regions`. */
export type RegionOverrides = Readonly<Record<string, unknown>>;

/** Makes raie with `regions` laid over the small spec's; its two F slices are of batches of 32 and one epoch. */
export const raieOf = (regions: RegionOverrides = {}): Method =>
  createMethod(smallSpec({ methods: ["raie"] }, { poolMin: 5, ...regions }).methods[0]!);

/** An open experiment and the runs on it. */
export interface RaieRuns {
  readonly context: MethodContext;
  /** Windows of each F slice. */
  readonly sizes: readonly number[];
  /** States after each F slice; each spec is run once. */
  run(regions?: RegionOverrides): Promise<RaieAdapted[]>;
  /** The same, run again; `more` is laid over the context. */
  runAgain(regions: RegionOverrides, more?: Partial<MethodContext>): Promise<RaieAdapted[]>;
  /** Of the first windows of T. */
  scores(adapted: Adapted): Promise<number[]>;
  close(): void;
}

/** Opens it on the wasm rung. */
export async function openRaieRuns(): Promise<RaieRuns> {
  const engine = await openEngine("wasm");
  const small = await smallContext(engine, smallSpec());
  const context: MethodContext = {
    ...small,
    represent: (windows) => Promise.resolve(movingUsers(windows, small.data)),
  };
  const known = new Map<string, Promise<RaieAdapted[]>>();
  const runAgain = async (regions: RegionOverrides, more: Partial<MethodContext> = {}) => {
    const states: Adapted[] = [];
    for (const slice of context.data.finetune) {
      states.push(await raieOf(regions).adapt(states.at(-1), slice, { ...context, ...more }));
    }
    return states as RaieAdapted[];
  };
  return {
    context,
    sizes: context.data.finetune.map(({ windows }) => windows.count),
    run: (regions = {}) => {
      const key = JSON.stringify(regions);
      const run = known.get(key) ?? runAgain(regions);
      known.set(key, run);
      return run;
    },
    runAgain,
    scores: async (adapted) => {
      const { windows } = context.data.test;
      const scorer = await adapted.scorer(windows);
      const rows = Int32Array.from({ length: Math.min(12, windows.count) }, (_, row) => row);
      const values = Array.from(tf.tidy(() => allScores(scorer, rows).dataSync()));
      scorer.dispose();
      return values;
    },
    close: () => {
      small.close();
      engine.close();
    },
  };
}

/** The state as it comes back from a folder; `more` is laid over the context it is opened with. */
export async function reloaded(
  { context }: RaieRuns,
  regions: RegionOverrides,
  state: Adapted,
  more: Partial<MethodContext> = {},
): Promise<Adapted> {
  const folder = await Deno.makeTempDir();
  try {
    await state.save(folder);
    return await raieOf(regions).load(folder, { ...context, ...more });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Windows by their items, an untrained backbone having little to say of them: the mean of the items' directions. After S every third user moves
 * where nobody was, so that there is something to update, to expand and to add.
 */
function movingUsers(windows: Windows, { setupDense }: SlicedData): UnitVectors {
  const width = 7;
  const table = directions(3, 41, width - 1).values;
  const values = new Float32Array(windows.count * width);
  for (let row = 0; row < windows.count; row++) {
    for (let place = 0; place < windows.context; place++) {
      const item = itemsOf(windows, row)[place]!;
      for (let j = 0; j < width - 1; j++) values[row * width + j]! += table[item * (width - 1) + j]!;
    }
    if (windows !== setupDense && windows.users[row]! % 3 === 0) values[row * width + width - 1] = 15;
  }
  return unitVectors(values, width);
}

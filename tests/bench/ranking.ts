/**
 * Times ranking: 1,447 items, context 10, d=128, 2 blocks, full ranking, context excluded, lists of 20 for coverage:
 * `ranking.ts [--rung tensorflow] [--windows 20000]`. Prints the median of three rankings as JSON.
 * @module
 */
import { frozenScorer } from "../../src/adapters/scorer.ts";
import { openEngine } from "../../src/engine/open.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Rung } from "../../src/engine/types.ts";
import { rankWindows } from "../../src/evaluation/rank_windows.ts";
import { benchModel, benchParameters, randomWindows } from "./made_up.ts";
import { argument, printTimes, timed } from "./measure.ts";

const ITEMS = 1447;
const CONTEXT = 10;

const engine = await openEngine(argument("rung", "tensorflow") as Rung);
const windows = randomWindows(Number(argument("windows", "20000")), CONTEXT, ITEMS);
const backbone = benchModel(ITEMS, CONTEXT);
const parameters = benchParameters(backbone);
const scorer = frozenScorer(backbone, parameters, windows);
const milliseconds = await timed(
  async () => void await rankWindows(engine, scorer, windows, { batch: 512, top: 20 }),
  3,
  1,
);
printTimes(`ranking ${windows.count} windows`, engine, milliseconds);
scorer.dispose();
tf.dispose(parameters);
engine.close();

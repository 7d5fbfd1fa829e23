/**
 * Memory and time over a catalogue of 100,000 items: `catalogue.ts [--what ranking|training] [--hidden 64] [--scores 64] [--block-items N]`. Ranking: 2,000 windows
 * of context 10, lists of 20. `processor` are milliseconds of processor time.
 * Training: cross-entropy with its gradients over 128 rows of 10 places. Prints milliseconds and peak memory as JSON:
 * `peak`, bytes beyond what the process held with the model loaded.
 * @module
 */
import { frozenScorer } from "../../src/adapters/scorer.ts";
import { sasrec } from "../../src/backbones/sasrec.ts";
import { valueAndGrads } from "../../src/engine/gradients.ts";
import { blockedCrossEntropy, blocksHeld } from "../../src/engine/nn/mod.ts";
import { openEngine } from "../../src/engine/open.ts";
import { stream } from "../../src/engine/random.ts";
import { type Tensor1D, type Tensor2D, tf } from "../../src/engine/tfjs.ts";
import type { Rung, TensorMap } from "../../src/engine/types.ts";
import { rankWindows } from "../../src/evaluation/rank_windows.ts";
import { benchParameters, randomWindows } from "./made_up.ts";
import { argument, computingSeconds, median, peakBytes, timed } from "./measure.ts";

const ITEMS = 100_000;
const CONTEXT = 10;
const ROWS = 128 * CONTEXT;

const engine = await openEngine(argument("rung", "tensorflow") as Rung);
const hidden = Number(argument("hidden", "64"));
const held = blocksHeld(Number(argument("scores", "64")));
/** Left out: as many as there are usually; all items make one block, as if there were none. */
const blockItems = Number(argument("block-items", "0")) || undefined;
const measure = argument("what", "ranking") === "ranking" ? ranking : training;
const { milliseconds, processor, before } = await measure();
console.log(JSON.stringify({
  what: `${argument("what", "ranking")} over ${ITEMS} items, d=${hidden}`,
  milliseconds: Math.round(median(milliseconds)),
  processor: Math.round(1000 * processor),
  peak: peakBytes() - before,
  threads: engine.threads,
  device: engine.device,
}));
engine.close();

async function ranking() {
  const sizes = { items: ITEMS, maxLength: CONTEXT, hidden, blocks: 2, heads: 2, ffn: 4 * hidden, layerNormEps: 1e-6 };
  const backbone = sasrec(sizes);
  const windows = randomWindows(2000, CONTEXT, ITEMS);
  const scorer = frozenScorer(backbone, benchParameters(backbone), windows);
  const before = peakBytes();
  const rank = async () => void await rankWindows(engine, scorer, windows, { batch: 512, top: 20, held, blockItems });
  return { ...await taken(rank, 1, 0), before };
}

async function training() {
  const draw = stream(1, "bench catalogue");
  const normal = (rows: number) =>
    tf.tensor2d(Float32Array.from({ length: rows * hidden }, () => draw.normal() / 8), [rows, hidden]);
  const state = { table: normal(ITEMS) };
  const inputs = {
    hidden: normal(ROWS),
    targets: tf.tensor1d(Int32Array.from({ length: ROWS }, () => draw.integer(ITEMS)), "int32"),
    weights: tf.fill([ROWS], 1 / ROWS),
  };
  const before = peakBytes();
  const step = engine.compile((inputs: TensorMap, state: TensorMap) => {
    const { value, grads } = valueAndGrads(
      ({ table, hidden }) =>
        blockedCrossEntropy(
          hidden as Tensor2D,
          table as Tensor2D,
          inputs.targets as Tensor1D,
          inputs.weights as Tensor1D,
          { held },
        ),
      { table: state.table!, hidden: inputs.hidden! },
    );
    const outputs = { loss: value, byHidden: tf.sum(grads.hidden!) };
    return { outputs, next: { table: tf.sub(state.table!, tf.mul(grads.table!, 0.1)) } };
  }, { name: "bench cross-entropy", state });
  const run = async () => {
    const { loss, byHidden } = step.run(inputs);
    await loss.data();
    tf.dispose([loss, byHidden]);
  };
  return { ...await taken(run, 2, 1), before };
}

/** Milliseconds of each run, and seconds of processor time of one. */
async function taken(run: () => Promise<void>, times: number, warm: number) {
  await timed(run, warm, 0);
  const begun = computingSeconds();
  return { milliseconds: await timed(run, times, 0), processor: (computingSeconds() - begun) / times };
}

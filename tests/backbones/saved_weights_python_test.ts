/** Weights saved here load in PyTorch under the same names, and score there as they do here. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { decodeSafetensors, encodeSafetensors } from "../../src/adapters/safetensors.ts";
import { frozenScorer } from "../../src/adapters/scorer.ts";
import { createBackbone } from "../../src/backbones/registry.ts";
import { openEngine } from "../../src/engine/open.ts";
import { stream } from "../../src/engine/random.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Engine } from "../../src/engine/types.ts";
import type { TransformerSpec } from "../../src/spec/types.ts";
import { pythonHere } from "../adapters/python_here.ts";
import { assertClose } from "../conformance/close.ts";
import { windowsOf } from "../../src/data/window_rows.ts";
import { allScores } from "../all_scores.ts";

const ITEMS = 20;
const SIZES = { maxLength: 6, hidden: 12, blocks: 2, heads: 3, ffn: 20, layerNormEps: 1e-6 };
const KINDS = {
  sasrec: {},
  bert4rec: { mask: 0.15 },
  tisasrec: { timeBuckets: 18, maxGapDays: 2 },
} as const;
/** Contexts with and without padding, and gaps from none to beyond two days. */
const SEQUENCES = [[1, 2, 3, 4, 5, 6], [0, 0, 11, 7, 5, 9], [0, 0, 0, 0, 0, 2], [8, 8, 20, 19, 18, 17]];
const GAPS = [0, 1, 70, 5_000, 90_000, 400_000];
const times = SEQUENCES.map((items, row) =>
  items.map((item, place) =>
    item === 0 ? 0 : 1_400_000_000 + GAPS.slice(0, place + 1).reduce((sum, gap) => sum + gap * (row + 1), 0)
  )
);
const windows = windowsOf({
  context: 6,
  users: Int32Array.from(SEQUENCES.keys()),
  items: Int32Array.from(SEQUENCES.flatMap((items) => [...items, 1])),
  times: Float64Array.from(times.flatMap((seconds) => [...seconds, 2e9])),
});
const found = await pythonHere();

describe("weights saved here, loaded by PyTorch", { skip: "missing" in found ? found.missing : false }, () => {
  let engine: Engine, folder: string;
  beforeAll(async () => {
    engine = await openEngine("cpu");
    folder = Deno.makeTempDirSync();
  });
  afterAll(() => {
    engine.close();
    Deno.removeSync(folder, { recursive: true });
  });

  for (const [kind, more] of Object.entries(KINDS)) {
    it(`of a ${kind} have its names and give the same scores`, async () => {
      const spec = { kind, ...SIZES, ...more } as unknown as TransformerSpec;
      const backbone = createBackbone(spec, ITEMS);
      const draw = stream(3, "test weights");
      const weights = backbone.initialise(3);
      // Away from where they start, so that every one of them counts.
      for (const { values } of Object.values(weights)) values.forEach((_, at) => values[at]! += 0.3 * draw.normal());
      const bytes = encodeSafetensors(weights, { catalogue: "made up" });
      Deno.writeFileSync(join(folder, "weights.safetensors"), bytes);
      for (const [name, value] of Object.entries({ config: { ...spec, items: ITEMS }, sequences: SEQUENCES, times })) {
        Deno.writeTextFileSync(join(folder, `${name}.json`), JSON.stringify(value));
      }
      const script = fileURLToPath(new URL("../fixtures/backbones/torch_scores.py", import.meta.url));
      const python = "python" in found ? found.python : "python3";
      const { success, stdout, stderr } = await new Deno.Command(python, { args: [script, folder] }).output();
      const text = new TextDecoder();
      assert.ok(success, text.decode(stderr));
      const wanted = (JSON.parse(text.decode(stdout)) as number[][]).flat();
      const parameters = Object.fromEntries(
        Object.entries(decodeSafetensors(bytes)).map((
          [name, { shape, values }],
        ) => [name, tf.tensor(values, [...shape])]),
      );
      const scorer = frozenScorer(backbone, parameters, windows);
      const rows = Int32Array.from(SEQUENCES.keys());
      const scores = tf.tidy(() => allScores(scorer, rows).dataSync());
      tf.dispose(parameters);
      assert.equal(wanted.length, SEQUENCES.length * ITEMS);
      assertClose(scores as Float32Array, wanted, 1e-4, kind);
    });
  }
});

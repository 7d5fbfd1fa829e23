/** Every method on every sequence backbone, plainly and as compiled graphs. */
import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { createMethod } from "../../src/methods/registry.ts";
import { definition } from "../../src/spec/schema.ts";
import { rungsHere } from "../engine/rungs_here.ts";
import { type MethodRuns, openRuns } from "./method_runs.ts";
import { smallSpec } from "./small_context.ts";

const KINDS = definition("methodKind").enum as string[];

for (const rung of ["tensorflow", "wasm"] as const) {
  const skip = rungsHere().includes(rung) ? false : `${rung} is not set up here`;
  for (const kind of ["sasrec", "bert4rec", "tisasrec", "llama"]) {
    describe(`methods on ${kind}, ${rung} rung`, { skip }, () => {
      const sizes = kind === "llama"
        ? {
          checkpoint: { hidden: 8, heads: 2, kvHeads: 1, layers: 2, ffn: 12 },
          ...{ prompt: "{items}", checkpointing: true, accumulation: 2 },
        }
        : { hidden: 8, heads: 2, blocks: 2 };
      const backbone = { kind, ...sizes, training: { epochs: 1 } };
      // raie reads what the small spec says of regions, which would be refused without it.
      const spec = (method: string) => smallSpec({ backbone, methods: [method, "raie"] }).methods[0]!;
      let runs: MethodRuns;
      let base: number[];
      beforeAll(async () => {
        runs = await openRuns(rung, { backbone, methods: ["raie"] });
        base = await runs.scores((await runs.adaptAll(spec("base")))[0]!);
      });
      afterAll(() => runs.close());

      for (const method of KINDS) {
        it(`${method} adapts, scores every item, and says what it cost`, async () => {
          const { data } = runs.context;
          const adapted = await createMethod(spec(method)).adapt(undefined, data.finetune[0]!, runs.context);
          const scores = await runs.scores(adapted);
          assert.equal(scores.length, 8 * data.catalogue.size);
          assert.ok(scores.every(Number.isFinite));
          const { steps, finetuneRows, parameters } = adapted.cost;
          const trained = method !== "base";
          assert.deepEqual([steps > 0, finetuneRows > 0, parameters > 0], [trained, trained, trained]);
          assert.equal(scores.some((score, i) => score !== base[i]), trained);
        });
      }
    });
  }
}

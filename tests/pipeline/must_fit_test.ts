import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { mustFit } from "../../src/pipeline/must_fit.ts";

const stage = (stage: string, memory: number) => ({
  stage,
  memory,
  identity: { kind: "made", version: 1, parameters: { stage }, inputs: {} },
});
const STAGES = [stage("backbone", 3e9), stage("adapt", 5e9), stage("rank", 1e9)];

/** A store that holds the stages of these names. */
const holding = (...names: string[]) => ({
  look: ({ parameters }: { readonly parameters: unknown }) =>
    Promise.resolve(names.includes((parameters as { stage: string }).stage) ? "there" : undefined),
});

describe("mustFit()", () => {
  const refused = (line: string): never => assert.fail(line);

  it("names the largest stage to do that is far too large, what it may take and what is free", async () => {
    await assert.rejects(() => mustFit(STAGES, holding(), 0.7e9, refused), {
      name: "EngineError",
      message:
        /^Cannot compute "adapt": out of memory, .* 5\.0 GB \(5000000000 bytes\) and 0\.7 GB .* are free; a smaller/,
    });
    await assert.rejects(() => mustFit(STAGES, holding("adapt"), 0.7e9, refused), { message: /"backbone".* 3\.0 GB/ });
  });

  it("only warns where what is reckoned from above may still fit", async () => {
    const said: string[] = [];
    await mustFit(STAGES, holding(), 2e9, (line) => said.push(line));
    assert.match(
      said.join("\n"),
      /^Memory may run out in "adapt": it may take 5\.0 GB .* 2\.0 GB .* are free; a smaller/,
    );
  });

  it("refuses a language model, which is reckoned closely, with what would make it fit", async () => {
    const footprint = { weights: 2e9, trained: 0, activations: 1e9, scores: 0, process: 0, total: 3e9 };
    const asked: number[] = [];
    const remedy = (available: number) => {
      asked.push(available);
      return "needs about 3.0 GB; checkpointing would make it fit";
    };
    const cost = { footprint, flops: { training: 1, reading: 0 }, remedy };
    const model = [{ ...stage("teach", 3.5e9), cost }];
    const why = "needs about 3.0 GB; checkpointing would make it fit";
    await assert.rejects(() => mustFit(model, holding(), 2.5e9, refused), {
      message: `Cannot compute "teach": out of memory, since it ${why}`,
    });
    const said: string[] = [];
    await mustFit(model, holding(), 3e9, (line) => said.push(line));
    assert.deepEqual(said, [`Memory may run out in "teach": it ${why}`]);
    // Half a gigabyte is the data's.
    assert.deepEqual(asked, [2e9, 2.5e9]);
    await assert.doesNotReject(() => mustFit(model, holding(), 3.5e9, refused));
    // A rung may have less than the machine.
    const small = [{ ...model[0]!, cost: { ...cost, most: 2e9 } }];
    await assert.rejects(() => mustFit(small, holding(), 64e9, refused), { message: /Cannot compute "teach"/ });
  });

  it("lets pass what fits, what is in the store, and everything where the memory may not be asked", async () => {
    await assert.doesNotReject(() => mustFit(STAGES, holding(), 5e9, refused));
    await assert.doesNotReject(() => mustFit(STAGES, holding("adapt", "backbone"), 2e9, refused));
    await assert.doesNotReject(() => mustFit(STAGES, holding(), Infinity, refused));
  });
});

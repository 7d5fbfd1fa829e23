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
  it("names the largest stage to do that is too large, what it may take and what is free", async () => {
    await assert.rejects(() => mustFit(STAGES, holding(), 2e9), {
      name: "EngineError",
      message:
        /^Cannot compute "adapt": out of memory, .* 5\.0 GB \(5000000000 bytes\) and 2\.0 GB .* are free; a smaller/,
    });
    await assert.rejects(() => mustFit(STAGES, holding("adapt"), 2e9), { message: /"backbone".* 3\.0 GB/ });
  });

  it("lets pass what fits, what is in the store, and everything where the memory may not be asked", async () => {
    await assert.doesNotReject(() => mustFit(STAGES, holding(), 5e9));
    await assert.doesNotReject(() => mustFit(STAGES, holding("adapt", "backbone"), 2e9));
    await assert.doesNotReject(() => mustFit(STAGES, holding(), Infinity));
  });
});

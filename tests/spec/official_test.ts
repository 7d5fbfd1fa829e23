/** What the preset `official` says of backbones other than SASRec, as the authors' released programs do it. */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { stream } from "../../src/engine/random.ts";
import { buildRegions, editOptions, editRegions, sphericalKMeans, unitVectors } from "../../src/regions/mod.ts";
import { ownOptions } from "../../src/spec/method_types.ts";
import { parsed, transformer } from "./specs.ts";

describe("the authors' programs of the other backbones under the preset official", () => {
  const official = (kind: string) => {
    const { resolved } = parsed({ preset: "official", backbone: { kind }, methods: ["replay", "mole", "raie"] });
    const [replay, mole, raie] = resolved.methods;
    return { backbone: transformer(resolved), replay: replay!, mole: mole!, raie: raie! };
  };

  it("have five tokens before the items, a warm-up, three experts and 2.33 S windows per F window", () => {
    for (const kind of ["bert4rec", "tisasrec"]) {
      const { backbone, mole, raie } = official(kind);
      assert.deepEqual([backbone.kind, backbone.hidden, backbone.maxLength], [kind, 256, 20]);
      assert.equal(backbone.specialTokens, 5);
      assert.deepEqual([backbone.training.epochs, backbone.training.clip, backbone.training.warmup], [5, 1, 0.1]);
      assert.equal(ownOptions("mole", mole).experts, 3);
      const { poolMin, replay, replayFrom, training } = raie.regions;
      assert.deepEqual([poolMin, replay, replayFrom, training.clip], [120, 2.33, "routed", null]);
    }
  });

  it("train a BERT4Rec's adapters outside its head, and update regions by every window without other edits", async () => {
    const { backbone, replay, raie } = official("bert4rec");
    assert.equal(backbone.training.batch, 32);
    assert.equal(ownOptions("replay", replay).rows, "windows");
    const { lora, regions } = raie;
    assert.deepEqual([lora.training.batch, lora.training.weightDecay, lora.training.warmup], [32, 0.01, 0.1]);
    assert.equal(lora.itemRows, "finetune-targets");
    assert.equal(lora.targets.includes("dense"), false);
    assert.equal(lora.targets.length, 6);
    assert.deepEqual([regions.update, regions.expand, regions.add, regions.merge], [true, false, false, false]);
    assert.equal(regions.softCopies, "none");
    assert.deepEqual(regions.defaultAdapter, { weightDecay: 0.01, itemRate: 1 });
    const { epochs, weightDecay, itemRate } = regions.training;
    assert.deepEqual([epochs, weightDecay, itemRate], [3, 0.01, 0]);
    const vectors = unitVectors([1, 0, 0.7, 0.7, 0, 1, -1, 0, 0.6, -0.8], 2);
    const before = await buildRegions(vectors, await sphericalKMeans(vectors, 2, { seeds: [1, 0, 0, 1] }));
    const { counts } = await editRegions(before, vectors, editOptions(regions, stream(1, "edit")));
    assert.equal(counts.update, 5);
    assert.equal(counts.withheld, 0);
  });

  it("leave a TiSASRec's item rows as they are, and its regions' adapters without decay", () => {
    const { backbone, replay, raie } = official("tisasrec");
    assert.equal(backbone.training.batch, 128);
    assert.equal(ownOptions("replay", replay).rows, "backbone");
    const { lora, regions } = raie;
    assert.deepEqual([lora.training.batch, lora.training.weightDecay, lora.training.warmup], [512, 0.01, 0.1]);
    assert.equal(lora.itemRows, "none");
    assert.equal(regions.defaultAdapter.weightDecay, 0.01);
    assert.deepEqual([regions.training.epochs, regions.training.weightDecay], [2, 0]);
    assert.deepEqual([regions.expand, regions.add, regions.merge, regions.softCopies], [true, true, true, "rounded"]);
  });
});

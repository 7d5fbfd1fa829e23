import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import schema from "../../src/spec/experiment.schema.json" with { type: "json" };
import { parseSpec } from "../../src/spec/parse.ts";
import { APART, BACKBONES, DATASETS, FULL, RICH, SMALLEST, specText } from "./specs.ts";
import { at, lost, neglected } from "./taken_up.ts";

const FILE = "/exp/a.json";
const left = (text: string) => {
  const { raw, resolved } = parseSpec(text, FILE);
  return neglected(raw, resolved, FILE);
};

describe("an accepted spec", () => {
  it("is held by its resolved form, every value at its place", () => {
    for (const spec of [SMALLEST, RICH, FULL, ...Object.values(BACKBONES), ...APART]) {
      assert.deepEqual(left(JSON.stringify(spec)), [], JSON.stringify(spec));
    }
    for (const dataset of DATASETS) assert.deepEqual(left(specText({ dataset })), [], JSON.stringify(dataset));
  });

  it("may say everything this version can do at once", () => {
    const later = ["sweep", "search", "executor", "weights"];
    // Made-up data have no lines to be bad, and no ratings.
    const never: Readonly<Record<string, readonly string[]>> = { "": ["minRating"], dataset: ["badLines"] };
    const methods = FULL.methods.filter((method) => typeof method !== "string");
    const sections: readonly (readonly [string, { readonly properties: object }, unknown?])[] = [
      ["", schema],
      ["dataset", schema.$defs.datasetSynthetic],
      ["windows", schema.properties.windows],
      ["backbone", schema.$defs.backboneSasrec],
      ["backbone.training", schema.$defs.sasrecTraining],
      ["lora", schema.$defs.lora],
      ["lora.training", schema.$defs.loraTraining],
      ["regions", schema.$defs.regions],
      ["evaluation", schema.properties.evaluation],
      ["memory", schema.properties.memory],
      ["report", schema.properties.report],
      ["backbone", schema.$defs.backboneBert4rec, BACKBONES.bert4rec],
      ["backbone.training", schema.$defs.bert4recTraining, BACKBONES.bert4rec],
      ["backbone", schema.$defs.backboneTisasrec, BACKBONES.tisasrec],
      ["backbone.training", schema.$defs.tisasrecTraining, BACKBONES.tisasrec],
      ["backbone", schema.$defs.backboneLlama, BACKBONES.llama],
      ["backbone.checkpoint", schema.$defs.madeUpCheckpoint, BACKBONES.llama],
      ["backbone.lora", schema.$defs.backboneLora, BACKBONES.llama],
      ["backbone.training", schema.$defs.llamaTraining, BACKBONES.llama],
      ...methods.map((method): [string, { properties: object }, unknown] => ["", definitionOf(method.kind), method]),
    ];
    for (const [path, { properties }, spec = FULL] of sections) {
      const said = Object.keys(at(spec, path.split(".").filter((part) => part !== "")) as object);
      const wanted = Object.keys(properties).filter((name) => ![...later, ...never[path] ?? []].includes(name));
      // Of several methods of one kind each need not say everything.
      const whole = path === "" && spec !== FULL && ["lora", "raie"].includes(String(at(spec, ["kind"])));
      if (!whole) assert.deepEqual(said.sort(), wanted.sort(), `${path} ${JSON.stringify(spec).slice(0, 60)}`);
    }
    assert.deepEqual(
      [...new Set(FULL.methods.map((method) => typeof method === "string" ? method : method.kind))].sort(),
      [...schema.$defs.methodKind.enum].sort(),
    );
  });
});

function definitionOf(kind: string): { properties: object } {
  const found = Object.entries(schema.$defs).find(([name]) => name.toLowerCase() === `method${kind}`);
  return found?.[1] as { properties: object } ?? assert.fail(kind);
}

describe("neglected()", () => {
  it("finds a value that was passed over", () => {
    const { raw, resolved } = parseSpec(JSON.stringify(FULL), FILE);
    const changed = { ...raw, lora: { ...(raw.lora as object), rank: 99 }, more: [true] };
    assert.deepEqual(neglected(changed, resolved, FILE), ["lora.rank = 99", "more.0 = true"]);
  });
});

describe("lost()", () => {
  it("finds what a parser passes over in silence", () => {
    const texts = [
      '{"a": 1, "a": 1}',
      "[9007199254740993]",
      "[1e999]",
      "[1e-999]",
      "[-0]",
      '{"a\\"": {"b": 1, "b": 1}}',
    ];
    for (const text of texts) assert.equal(lost(text, JSON.parse(text)).length, 1, text);
    for (const text of ['{"a": ": -0", "b\\"": [0, 0.0, 1e2, -5, 0.1]}', JSON.stringify(FULL)]) {
      assert.deepEqual(lost(text, JSON.parse(text)), []);
    }
  });
});

import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, it } from "@std/testing/bdd";
import schema from "../../src/spec/experiment.schema.json" with { type: "json" };
import { isRecord, type Json } from "../../src/spec/json.ts";
import { llama, parsed, SMALLEST } from "./specs.ts";

/** Every object of the schema that stands for an object of a spec, with its path. */
function objects(node: Json, path: string): { path: string; node: Record<string, Json> }[] {
  if (Array.isArray(node)) return node.flatMap((child, index) => objects(child, `${path}/${index}`));
  if (!isRecord(node)) return [];
  return [{ path, node }, ...Object.entries(node).flatMap(([key, child]) => objects(child, `${path}/${key}`))];
}

const ALL = objects(schema as unknown as Json, "");

describe("experiment.schema.json", () => {
  it("is JSON Schema 2020-12 that ajv takes in strict mode", () => {
    const ajv = new Ajv2020({ strict: true });
    assert.equal(ajv.validateSchema(schema), true);
    assert.equal(ajv.compile(schema)(SMALLEST), true);
  });

  it("accepts nothing unknown in any object", () => {
    for (const { path, node } of ALL) {
      if (node.properties === undefined || path.endsWith("/properties") || /\/(if|anyOf\/\d+)$/.test(path)) continue;
      // What is one of several kinds only looks at the kind; the branch it leads to is closed.
      const closed = node.additionalProperties === false || Array.isArray(node.allOf);
      assert.ok(closed, `${path} accepts unknown fields`);
    }
  });

  it("describes every field", () => {
    for (const { path, node } of ALL) {
      if (!isRecord(node.properties) || /\/(if|anyOf\/\d+)$/.test(path) || Array.isArray(node.allOf)) continue;
      for (const [name, field] of Object.entries(node.properties)) {
        const described = isRecord(field) && (typeof field.description === "string" || isDescribed(field.$ref));
        assert.ok(described, `${path}/${name} has no description`);
      }
    }
  });

  it("writes the value of the preset official where it differs", () => {
    const methods = ["base", "lora", "raie", "full", "replay", "lwf", "ewc", "lsat", "mole", "ebpr", "proximal"];
    const official = parsed({ preset: "official", methods }).resolved;
    const places: readonly (readonly [string, unknown])[] = [
      ["sasrecTraining", official.backbone.training],
      ["regions", official.methods[2]?.regions],
      ...official.methods.map(({ kind, own }) => [`method${kind[0]!.toUpperCase()}${kind.slice(1)}`, own] as const),
    ];
    let checked = 0;
    for (const [name, values] of places) {
      const definition = (schema.$defs as unknown as Record<string, Json>)[name] ?? null;
      for (const [path, description] of descriptions(definition, [])) {
        const match = /Preset official: (.*)\.$/.exec(description);
        if (match === null) continue;
        const value = path.reduce<unknown>((here, key) => (here as Record<string, unknown>)[key], values);
        const said = JSON.parse(match[1] ?? "");
        if (isRecord(said)) assert.equal((value as { kind: string }).kind, said.kind);
        else assert.deepEqual(value, said, path.join("."));
        checked++;
      }
    }
    assert.equal(checked, 16);
  });

  it("says the same defaults as a resolved spec", () => {
    const { resolved } = parsed();
    const method = resolved.methods[2];
    const [bert4rec, tisasrec] = ["bert4rec", "tisasrec"].map((kind) =>
      parsed({ backbone: { kind } }).resolved.backbone
    );
    const language = llama(parsed({ backbone: { kind: "llama", checkpoint: {} } }).resolved);
    const sections: readonly (readonly [Json, unknown])[] = [
      [schema as unknown as Json, resolved],
      [definition("backboneSasrec"), resolved.backbone],
      [definition("sasrecTraining"), resolved.backbone.training],
      [definition("backboneBert4rec"), bert4rec],
      [definition("bert4recTraining"), bert4rec?.training],
      [definition("backboneTisasrec"), tisasrec],
      [definition("tisasrecTraining"), tisasrec?.training],
      [definition("backboneLlama"), language],
      [definition("madeUpCheckpoint"), language.checkpoint],
      [definition("backboneLora"), language.lora],
      [definition("llamaTraining"), language.training],
      [definition("lora"), method?.lora],
      [definition("loraTraining"), method?.lora.training],
      [definition("regions"), method?.regions],
    ];
    // Where stages run is no part of what is computed.
    const apart = ["slices", "executor"];
    for (const [node, values] of sections) {
      if (!isRecord(node) || !isRecord(node.properties)) assert.fail();
      for (const [name, field] of Object.entries(node.properties)) {
        if (!isRecord(field) || field.default === undefined || apart.includes(name)) continue;
        assert.deepEqual((values as Record<string, unknown>)[name], field.default, name);
      }
    }
  });

  it("knows every field of a resolved spec but those it renames", () => {
    const { resolved } = parsed({ reproduce: {} });
    const names = (value: object) => Object.keys(value).sort();
    const known = (name: string) => Object.keys((definition(name) as { properties: object }).properties);
    for (const field of names(resolved)) assert.ok(Object.hasOwn(schema.properties, field), field);
    for (const field of names(resolved.backbone)) assert.ok(known("backboneSasrec").includes(field), field);
    for (const field of names(resolved.backbone.training)) assert.ok(known("sasrecTraining").includes(field), field);
    for (const field of names(resolved.methods[2]?.regions ?? {})) assert.ok(known("regions").includes(field), field);
  });
});

function definition(name: string): Json {
  return (schema.$defs as unknown as Record<string, Json>)[name] ?? assert.fail(name);
}

function isDescribed(ref: Json | undefined): boolean {
  const target = typeof ref === "string" ? definition(ref.replace("#/$defs/", "")) : null;
  return isRecord(target) && typeof target.description === "string";
}

function descriptions(node: Json, path: string[]): [string[], string][] {
  if (!isRecord(node)) return [];
  const own: [string[], string][] = typeof node.description === "string" ? [[path, node.description]] : [];
  const fields = isRecord(node.properties) ? Object.entries(node.properties) : [];
  return [...own, ...fields.flatMap(([name, field]) => descriptions(field, [...path, name]))];
}

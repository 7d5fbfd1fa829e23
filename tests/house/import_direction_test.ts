import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { importsOf, sourceFiles } from "./source_files.ts";

/** What each room may import from. Data flows left to right, knowledge never back (CONTRIBUTING.md). */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  spec: [],
  engine: ["spec"],
  data: ["spec"],
  backbones: ["engine", "data", "spec"],
  adapters: ["backbones", "engine", "data", "spec"],
  regions: ["engine", "data", "spec"],
  evaluation: ["backbones", "engine", "data", "spec"],
  methods: ["regions", "adapters", "backbones", "engine", "data", "spec"],
  reporting: ["evaluation", "data", "spec"],
  pipeline: ["reporting", "methods", "evaluation", "regions", "adapters", "backbones", "engine", "data", "spec"],
  cli: ["pipeline", "reporting", "engine", "data", "spec"],
};

/** Single files that a room may import beside that, and why. */
const EXCEPTIONS: readonly { readonly room: string; readonly file: string; readonly why: string }[] = [
  {
    room: "data",
    file: "src/engine/random.ts",
    why: "made-up data draws from the same counter-based streams as everything else",
  },
];

const files = sourceFiles();

describe("the rooms of src", () => {
  it("are those that CONTRIBUTING.md names", () => {
    const rooms = [...new Set(files.map(({ room }) => room))].filter((room) => room !== "").sort();
    for (const room of rooms) assert.ok(Object.hasOwn(MAY_IMPORT, room), `src/${room} is a room nobody knows`);
  });

  it("import in the order of knowledge only", () => {
    const wrong: string[] = [];
    for (const { path, room, text } of files) {
      for (const { specifier, typesOnly } of importsOf(text)) {
        if (!specifier.startsWith(".") || room === "") continue;
        const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
        const parts = target.split("/");
        const other = parts[0] === "src" && parts.length > 2 ? parts[1] ?? "" : room;
        const isTypes = typesOnly && parts.at(-1) === "types.ts";
        const excepted = EXCEPTIONS.some((one) => one.room === room && one.file === target);
        if (other !== room && !isTypes && !excepted && !MAY_IMPORT[room]?.includes(other)) {
          wrong.push(`${path} imports ${target}`);
        }
      }
    }
    assert.deepEqual(wrong, []);
  });

  it("hold no file longer than 300 lines", () => {
    assert.deepEqual(files.filter(({ lines }) => lines > 300).map(({ path, lines }) => `${path}: ${lines}`), []);
  });

  it("name their files in snake_case, and none of them utils", () => {
    for (const { path } of files) {
      assert.match(path, /^src\/([a-z0-9]+(_[a-z0-9]+)*\/)*[a-z0-9]+(_[a-z0-9]+)*\.ts$/);
      assert.doesNotMatch(path, /\butils?\b/);
    }
  });
});

import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { importsOf, sourceFiles } from "./source_files.ts";

/** Rooms from the door to the ground (CONTRIBUTING.md): a room may import from the tiers below its own. */
const TIERS: readonly (readonly string[])[] = [
  ["cli"],
  ["pipeline", "reporting"],
  ["methods", "evaluation"],
  ["regions", "adapters", "backbones"],
  ["engine", "data"],
  ["spec", "archive"],
];

/** What a room must not know although it lies below. */
const MUST_NOT_KNOW: Readonly<Record<string, readonly string[]>> = {
  cli: ["methods", "evaluation", "regions", "adapters", "backbones"],
  reporting: ["methods", "regions", "adapters", "backbones", "engine"],
  evaluation: ["regions", "adapters"],
  regions: ["engine"],
};

/** Imports beside these rules: a whole room, or a single file of it. */
const EXCEPTIONS: readonly {
  readonly from: string;
  readonly to: string;
  readonly types?: true;
  readonly why: string;
}[] = [
  {
    from: "src/adapters/",
    to: "src/backbones/",
    why: "an adapter is a hook into a backbone, trained by the backbone's losses",
  },
  {
    from: "src/pipeline/",
    to: "src/reporting/",
    why: "a run's last stages fill the types of results.json, lay out the map of regions and write the report",
  },
  {
    from: "src/data/",
    to: "src/engine/random.ts",
    why: "made-up data draws from the same counter-based streams as everything else",
  },
  {
    from: "src/spec/types.ts",
    to: "src/engine/types.ts",
    types: true,
    why: "a spec names a rung, and the rungs are the engine's to list",
  },
  {
    from: "src/version.ts",
    to: "deno.json",
    why: "the version is written in one place",
  },
];

/** The room of a path, "" for files beside the rooms, and undefined for what lies outside of src. */
function roomOf(path: string): string | undefined {
  const parts = path.split("/");
  return parts[0] !== "src" ? undefined : parts.length > 2 ? parts[1]! : "";
}

/** Whether the tiers let one room know another. Files beside the rooms (the version) are everyone's. */
function allowed(from: string, to: string | undefined): boolean {
  if (to === from || to === "") return true;
  if (from === "" || to === undefined || MUST_NOT_KNOW[from]?.includes(to)) return false;
  return tierOf(to) > tierOf(from);
}

const tierOf = (room: string): number => TIERS.findIndex((tier) => tier.includes(room));

const files = sourceFiles();

describe("the rooms of src", () => {
  it("are those that CONTRIBUTING.md names", () => {
    const rooms = [...new Set(files.map(({ room }) => room))].filter((room) => room !== "").sort();
    assert.deepEqual(rooms, TIERS.flat().sort());
  });

  it("import in the order of knowledge only", () => {
    const wrong: string[] = [];
    const used = new Set<string>();
    for (const { path, room, text } of files) {
      for (const { specifier, typesOnly } of importsOf(text)) {
        if (!specifier.startsWith(".")) continue;
        const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
        if (allowed(room, roomOf(target))) continue;
        const excepted = EXCEPTIONS.find(({ from, to, types }) =>
          path.startsWith(from) && target.startsWith(to) && (typesOnly || !types)
        );
        if (excepted === undefined) wrong.push(`${path} imports ${target}`);
        else used.add(excepted.why);
      }
    }
    assert.deepEqual(wrong, []);
    assert.deepEqual(EXCEPTIONS.map(({ why }) => why).filter((why) => !used.has(why)), [], "exceptions nobody needs");
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

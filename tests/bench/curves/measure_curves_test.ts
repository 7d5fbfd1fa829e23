import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { UsageError } from "../../../src/cli/args.ts";
import type { CurveAxis, Point } from "./axes.ts";
import { measureCurves, type Processes } from "./measure_curves.ts";
import type { Curves } from "./records.ts";

const MACHINE = { cores: 2, memory: 24, engine: "an engine", deno: "9.9.9", raie: "8.8.8" };
const FACTS = { interactions: 9, users: 3, items: 4, windows: { S: 3, F: 2, T: 1 }, context: 10, k: 1 };
const COST = { seconds: 1, megabytes: 500 };

const axis = (name: "interactions" | "k", sizes: readonly number[]): CurveAxis => ({
  ...{ axis: name, title: name, tenTimes: name, about: "" },
  points: sizes.map((at) => ({ at, data: {} })),
});

/** Processes that measure nothing, note what they are asked for, and end at the request of a given number. */
function noting({ endAt = Infinity, machine = MACHINE, keys = (at: number) => ["backbone", `lora ${at}`] } = {}) {
  const stored = new Set<string>();
  const asked: string[] = [];
  const note = (what: string) => {
    if (asked.length >= endAt) throw new RangeError("killed");
    asked.push(what);
  };
  const processes: Processes = {
    data: ({ at }: Point) => {
      note(`data ${at}`);
      const stages = keys(at).map((key) => ({ stage: key.split(" ")[0]!, key, size: "", stored: stored.has(key) }));
      return Promise.resolve({ ...COST, facts: FACTS, machine, stages });
    },
    stage: (_, key) => {
      note(key);
      stored.add(key);
      return Promise.resolve(COST);
    },
    report: ({ at }) => {
      note(`report ${at}`);
      return Promise.resolve(COST);
    },
    tidy: () => {
      stored.clear();
      return Promise.resolve();
    },
  };
  return { processes, asked, allow: (more: number) => endAt = more, stored };
}

/** Measures, and gives what was kept at the end, come what may. */
async function measured(axes: readonly CurveAxis[], begun: Curves | undefined, processes: Processes) {
  let kept = begun;
  const save = (curves: Curves) => Promise.resolve(void (kept = structuredClone(curves)));
  const ended = await measureCurves(axes, begun, processes, { save, say: () => {} }).catch((error) => error);
  return { kept, ended };
}

const FIXED = ["data 0", "backbone", "lora 0", "report 0"];

describe("measuring curves", () => {
  it("measures the fixed cost, then every stage of every size, each once where its result is the same", async () => {
    const { processes, asked } = noting();
    const { kept } = await measured([axis("k", [1, 4])], undefined, processes);
    const [one, four] = [["data 1", "backbone", "lora 1", "report 1"], ["data 4", "lora 4", "report 4"]];
    assert.deepEqual(asked, [...FIXED, ...one!, ...four!]);
    const stages = kept!.curves.k!.map(({ stages }) => stages.map(({ stage }) => stage));
    assert.deepEqual(stages, [["data", "backbone", "lora", "report"], ["data", "lora", "report"]]);
    assert.ok(kept!.curves.k!.every(({ done }) => done));
  });

  it("goes on where it was interrupted, at any place, and comes to the same", async () => {
    const axes = [axis("interactions", [10, 20]), axis("k", [1, 4])];
    const keys = (at: number) => ["backbone", `lora ${at}`, `raie ${at}`];
    const { kept: whole } = await measured(axes, undefined, noting({ keys }).processes);
    const all = 24;
    for (let endAt = 1; endAt < all; endAt += 2) {
      const { processes, asked, allow } = noting({ endAt, keys });
      const { kept, ended } = await measured(axes, undefined, processes);
      if (!(ended instanceof RangeError)) continue;
      allow(Infinity);
      const before = asked.length;
      const { kept: end } = await measured(axes, kept, processes);
      assert.deepEqual(end, whole, `interrupted at ${endAt}`);
      const again = asked.slice(before).filter((what) =>
        /^(lora|raie|report)/.test(what) && asked.indexOf(what) < before
      );
      assert.deepEqual(again, [], `interrupted at ${endAt}`);
    }
  });

  it("computes again what the store has lost meanwhile", async () => {
    const keys = (at: number) => ["backbone", `lora ${at}`, `raie ${at}`];
    const first = noting({ endAt: 8, keys });
    const { kept } = await measured([axis("k", [1])], undefined, first.processes);
    assert.deepEqual(first.asked.slice(5), ["data 1", "backbone", "lora 1"]);
    const { processes, asked } = noting({ keys });
    await measured([axis("k", [1])], kept, processes);
    assert.deepEqual(asked, ["data 1", "backbone", "lora 1", "raie 1", "report 1"]);
  });

  it("measures nothing where all is measured", async () => {
    const { kept } = await measured([axis("k", [1])], undefined, noting().processes);
    const { processes, asked } = noting();
    assert.deepEqual((await measured([axis("k", [1])], kept, processes)).ended, kept);
    assert.deepEqual(asked, []);
  });

  it("puts no figures beside those of another machine or version", async () => {
    const { kept } = await measured([axis("k", [1])], undefined, noting().processes);
    const { processes } = noting({ machine: { ...MACHINE, cores: 64 } });
    const { ended, kept: after } = await measured([axis("k", [1, 4])], kept, processes);
    assert.ok(ended instanceof UsageError);
    assert.match(ended.message, /of cores 2, now 64; --again begins anew$/);
    assert.deepEqual(after, kept);
  });
});

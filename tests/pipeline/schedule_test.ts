import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { nextStage, type Schedulable } from "../../src/pipeline/schedule.ts";

/** Any graph: stages need some of those before them. */
const graphs = fc.array(
  fc.record({
    needs: fc.array(fc.nat(), { maxLength: 3 }),
    memory: fc.integer({ min: 1, max: 9 }),
    trains: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
).map((drawn) =>
  drawn.map(({ needs, memory, trains }, index): Schedulable => ({
    key: `${index}`,
    needs: index === 0 ? [] : [...new Set(needs.map((need) => `${need % index}`))],
    memory,
    trains,
  }))
);

describe("nextStage()", () => {
  it("begins every stage once, after what it needs, within the jobs and the memory there are, in whatever order stages end", () => {
    fc.assert(
      fc.property(
        graphs,
        fc.integer({ min: 1, max: 4 }),
        fc.nat(20),
        fc.infiniteStream(fc.nat()),
        (nodes, jobs, budget, picks) => {
          const done = new Set<string>(), running = new Set<string>(), begun: string[] = [];
          const memoryOf = () =>
            nodes.filter(({ key }) => running.has(key)).reduce((sum, { memory }) => sum + memory, 0);
          for (const pick of picks) {
            for (;;) {
              const next = running.size < jobs
                ? nextStage(nodes, { done, running, failed: new Set() }, budget - memoryOf())
                : undefined;
              if (next === undefined) break;
              assert.ok(next.needs.every((need) => done.has(need)));
              begun.push(next.key);
              running.add(next.key);
              assert.ok(running.size <= jobs);
              assert.ok(running.size === 1 || memoryOf() <= budget);
            }
            if (running.size === 0) break;
            const ended = [...running][pick % running.size]!;
            running.delete(ended);
            done.add(ended);
          }
          assert.deepEqual(begun.toSorted(), nodes.map(({ key }) => key).toSorted());
        },
      ),
    );
  });

  it("never begins what needs a stage that failed", () => {
    const stage = (key: string, ...needs: string[]): Schedulable => ({ key, needs, trains: true, memory: 1 });
    const nodes = [stage("backbone"), stage("lora", "backbone"), stage("lora F2", "lora"), stage("raie", "backbone")];
    const standing = { done: new Set(["backbone"]), running: new Set<string>(), failed: new Set(["lora"]) };
    assert.equal(nextStage(nodes, standing, 9)?.key, "raie");
    assert.equal(nextStage(nodes, { ...standing, done: new Set(["backbone", "raie"]) }, 9), undefined);
  });
});

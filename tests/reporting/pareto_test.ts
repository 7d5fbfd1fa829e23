import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { reportCharts } from "../../src/reporting/charts/report_charts.ts";
import { methodFront, paretoFront } from "../../src/reporting/pareto.ts";
import { frontWords } from "../../src/reporting/sections/front.ts";
import { draw } from "./picture.ts";
import { type MadeMethod, madeResults, METHODS } from "./results_fixture.ts";

const at = (x: number, y: number) => ({ x, y });

describe("paretoFront()", () => {
  it("leaves out what is beaten on both, and what is equal on one and beaten on the other", () => {
    assert.deepEqual(paretoFront([at(2, 2), at(1, 1), at(2, 1), at(1, 2), at(3, 1)]), [at(2, 2), at(3, 1)]);
  });

  it("is the only point, all of points that trade one for the other, both of two equal ones, and none of none", () => {
    assert.deepEqual(paretoFront([at(1, 1)]), [at(1, 1)]);
    assert.deepEqual(paretoFront([at(3, 1), at(1, 3), at(2, 2)]), [at(1, 3), at(2, 2), at(3, 1)]);
    assert.deepEqual(paretoFront([at(1, 1), at(1, 1), at(0, 1)]), [at(1, 1), at(1, 1)]);
    assert.deepEqual(paretoFront([]), []);
  });

  it("goes down as it goes right, and beats every point beside it", () => {
    const point = fc.record({ x: fc.nat(9), y: fc.nat(9) });
    fc.assert(fc.property(fc.array(point), (points) => {
      const front = paretoFront(points);
      front.slice(1).forEach(({ x, y }, i) => assert.ok(x >= front[i]!.x && y <= front[i]!.y));
      for (const point of points.filter((point) => !front.includes(point))) {
        assert.ok(front.some(({ x, y }) => x >= point.x && y >= point.y && x + y > point.x + point.y));
      }
    }));
  });
});

describe("methodFront()", () => {
  const labels = (methods: readonly MadeMethod[]) =>
    methodFront(madeResults({ methods })).map(({ method }) => method.label);

  it("names the methods from the least kept to the most", () => {
    assert.deepEqual(labels(METHODS), ["RAIE", "lora"]);
  });

  it("leaves out a method that saw what it is tested on, and does not let it beat anybody", () => {
    const cheating: MadeMethod = { kind: "ebpr", measures: { S: .9, F1: .9, T: .9 } };
    const own = { mine: "evaluated" } as unknown as NonNullable<MadeMethod["own"]>;
    assert.deepEqual(labels([...METHODS, { ...cheating, own }]), ["RAIE", "lora"]);
    const honest = { mine: "finetune" } as unknown as NonNullable<MadeMethod["own"]>;
    assert.deepEqual(labels([...METHODS, { ...cheating, own: honest }]), ["ebpr"]);
  });
});

describe("the Pareto front in a report", () => {
  it("is named in a sentence, and tinted in the chart of retention", async () => {
    const results = madeResults();
    assert.match(frontWords(results).join(), /^On the Pareto front are RAIE and lora: no other method/);
    const { chart } = reportCharts(results).find(({ file }) => file === "retention.png")!;
    const { texts } = await draw(chart);
    assert.ok(texts.some(({ text }) => text.includes("corners of the grey area: the Pareto front")));
  });

  it("is every method where all trade one for the other, and nothing where one method is alone", async () => {
    assert.match(
      frontWords(madeResults({ methods: METHODS.slice(1) })).join(),
      /^On the Pareto front is every method:/,
    );
    const alone = madeResults({ methods: METHODS.slice(0, 1) });
    assert.deepEqual(frontWords(alone), []);
    const { chart } = reportCharts(alone).find(({ file }) => file === "retention.png")!;
    assert.ok((await draw(chart)).texts.every(({ text }) => !text.includes("Pareto")));
  });
});

/** RAIE's ablations (method.md 6 and 8): each differs from RAIE in what it says, and in nothing else. */
import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import type { RaieAdapted } from "../../src/methods/raie_state.ts";
import { type Regions, routeAll } from "../../src/regions/mod.ts";
import { openRaieRuns, raieOf, type RaieRuns, reloaded } from "./raie_runs.ts";

/** Overrides of `regions`; poolMin counts only while regions are added. */
const ABLATIONS = {
  "no regions": { k: 1, add: false, poolMin: undefined },
  "no editing": { update: false, expand: false, add: false, poolMin: undefined },
  "without Update": { update: false },
  "without Expand": { expand: false },
  "without Add": { add: false, poolMin: undefined },
  "random regions": { centres: "random" },
  "one adapter": { adapters: "one" },
} as const;
type Ablation = keyof typeof ABLATIONS;

describe("raie's ablations", () => {
  let runs: RaieRuns;
  beforeAll(async () => {
    runs = await openRaieRuns();
  });
  afterAll(() => runs.close());

  const ablation = (name: Ablation) => runs.run(ABLATIONS[name]);
  const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0);
  /** Everything regions are but their names. */
  const numbers = ({ centres, radii, sums, counts, kappa, pi }: Regions) =>
    [centres, radii, sums, counts, kappa, pi].map((values) => [...values]);

  for (const [name, regions] of Object.entries(ABLATIONS)) {
    it(`${name}: adapts slice after slice, scores otherwise than raie, and loads as it was saved`, async () => {
      const [first, second] = await runs.run(regions) as [RaieAdapted, RaieAdapted];
      assert.notDeepEqual(await runs.scores(first), await runs.scores(second));
      assert.notDeepEqual(await runs.scores(second), await runs.scores((await runs.run())[1]!));
      const loaded = await reloaded(runs, regions, second);
      const [saved, read] = [await runs.scores(second), await runs.scores(loaded)];
      saved.forEach((score, i) => assert.ok(Math.abs(score - read[i]!) < 1e-5, `${score} and ${read[i]}`));
      assert.deepEqual(loaded.cost, second.cost);
      assert.deepEqual(loaded.regions!.notes, second.regions!.notes);
      assert.deepEqual(loaded.regions!.edits, second.regions!.edits);
    });

    it(`${name}: gives the same bits for the same seed`, async () => {
      const again = await runs.runAgain(regions);
      assert.deepEqual(await runs.scores(again[1]!), await runs.scores((await runs.run(regions))[1]!));
    });
  }

  it("say what was off, once, before what happened; raie itself says nothing of the kind", async () => {
    const said: Record<Ablation, RegExp> = {
      "no regions": /^No regions: k is 1 and Add is off, so all windows train and use the one adapter$/,
      "no editing": /^No editing: Update, Expand and Add are off; regions stay as built on S$/,
      "without Update": /^Update is off: sequences meant for it are only routed$/,
      "without Expand": /^Expand is off: /,
      "without Add": /^Add is off: /,
      "random regions": /^Random regions: centres are S sequences drawn at random, /,
      "one adapter": /^One adapter for all regions: /,
    };
    for (const [name, sentence] of Object.entries(said)) {
      const { notes } = (await ablation(name as Ablation))[1]!.regions!;
      assert.match(notes[0]!, sentence);
      assert.equal(notes.filter((note) => sentence.test(note)).length, 1);
      assert.ok(!/ off: | off;|^No |^Random|^One/.test(notes[1] ?? ""), `${name}: ${notes[1]}`);
    }
    const { notes } = (await runs.run())[1]!.regions!;
    assert.ok(notes.every((note) => !Object.values(said).some((sentence) => sentence.test(note))), notes.join("\n"));
    assert.ok(notes[0]!.startsWith("F1: "), notes[0]);
  });

  it("no regions: one region whatever comes, with every F window in it once", async () => {
    const states = await ablation("no regions");
    for (const [index, { regions, state, cost }] of states.entries()) {
      assert.equal(regions!.after.count, 1);
      assert.equal(state.adapters.length, 1);
      assert.ok((await regions!.route(runs.context.data.test.windows)).every((region) => region === 0));
      // The default adapter, in the first slice alone, and the region's: there is no second region to copy to.
      assert.equal(cost.finetuneRows, (index === 0 ? 2 : 1) * runs.sizes[index]!);
    }
  });

  it("no regions needs Add off: with k 1 alone a pool may make a region, which the notes say", async () => {
    const gate = { kind: "confidence", tHigh: 1, tLow: 1, gamma: 0 };
    const [state] = await runs.run({ k: 1, gate });
    assert.match(state!.regions!.notes[0]!, /^One region on S; Add may still make others$/);
    assert.ok(state!.regions!.edits[0]!.add > 0);
  });

  it("no editing: posterior statistics stay as built, and F windows train the regions they are routed to", async () => {
    const states = await ablation("no editing");
    for (const [index, { regions, state }] of states.entries()) {
      assert.deepEqual(regions!.after, regions!.before);
      const { slice: _, ...edit } = regions!.edits[index]!;
      const nothing = { update: 0, expand: 0, add: 0, merged: 0, accepted: 0, refused: 0, fellBack: 0 };
      assert.deepEqual(edit, { ...nothing, withheld: runs.sizes[index] });
      assert.deepEqual(
        state.members,
        Int32Array.from((await runs.run())[0]!.state.members),
        "S windows stay where k-means put them",
      );
    }
    assert.deepEqual(numbers(states[0]!.regions!.before), numbers((await runs.run())[0]!.regions!.before));
    const { windows } = runs.context.data.finetune[0]!;
    const route = await routeAll(states[0]!.regions!.before, await runs.context.represent(windows));
    const trained = new Set(Array.from(route, (region) => `region ${region + 1} F1`));
    assert.deepEqual(new Set(states[0]!.curves.map(({ name }) => name)), new Set(["default F1", ...trained]));
    assert.equal(states[0]!.cost.finetuneRows, 2 * runs.sizes[0]!, "no soft copies");
  });

  for (const action of ["update", "expand", "add"] as const) {
    const name = `without ${action[0]!.toUpperCase()}${action.slice(1)}` as Ablation;
    it(`${name}: what the gate would have done with the first slice is withheld, all else is done`, async () => {
      const [full, off] = [(await runs.run())[0]!.regions!, (await ablation(name))[0]!.regions!];
      assert.deepEqual(numbers(off.before), numbers(full.before));
      const [a, b] = [full.edits[0]!, off.edits[0]!];
      assert.ok(a[action] > 0, "the slice has some");
      assert.deepEqual([b[action], b.withheld], [0, a[action]]);
      for (const other of ["update", "expand", "add"] as const) if (other !== action) assert.equal(b[other], a[other]);
      const said = new RegExp(`^F1: the gate chose ${action}, which is off, for ${a[action]} sequences?$`, "i");
      assert.equal(off.notes.filter((note) => said.test(note)).length, 1, off.notes.join("\n"));
    });
  }

  it("without Update: regions gain a quarter for each Expand and nothing else", async () => {
    const { before, after, edits } = (await ablation("without Update"))[0]!.regions!;
    const old = after.counts.slice(0, before.count);
    assert.equal(sum(old) - sum(before.counts), 0.25 * edits[0]!.expand);
  });

  it("without Expand: no radius grows and no window trains a second region", async () => {
    const [state] = await ablation("without Expand");
    const { before, after } = state!.regions!;
    assert.deepEqual([...after.radii.slice(0, before.count)], [...before.radii]);
    assert.equal(state!.cost.finetuneRows, 2 * runs.sizes[0]!);
    assert.ok((await runs.run())[0]!.cost.finetuneRows > 2 * runs.sizes[0]!, "raie has soft copies");
  });

  it("without Add: there are as many regions as at first", async () => {
    assert.ok((await runs.run())[1]!.regions!.after.count > 3, (await runs.run())[1]!.regions!.notes.join());
    for (const { regions } of await ablation("without Add")) {
      assert.deepEqual(regions!.after.names, ["R1", "R2", "R3"]);
      assert.equal(regions!.edits.at(-1)!.fellBack, 0);
    }
  });

  it("random regions: centres are sequences of S, other ones with another seed, and are edited as ever", async () => {
    const [state] = await ablation("random regions");
    const { before, edits } = state!.regions!;
    const vectors = await runs.context.represent(runs.context.data.setupDense);
    const { width } = vectors;
    const values = await vectors.read(0, vectors.count);
    const rows = Array.from(
      { length: values.length / width },
      (_, row) => values.subarray(row * width, (row + 1) * width).join(),
    );
    const centres = ({ priorCentres, count }: Regions) =>
      Array.from({ length: count }, (_, k) => priorCentres.subarray(k * width, (k + 1) * width).join());
    assert.equal(new Set(centres(before)).size, 3);
    assert.ok(centres(before).every((centre) => rows.includes(centre)));
    assert.ok(!centres((await runs.run())[0]!.regions!.before).some((centre) => rows.includes(centre)));
    const { slice: _, withheld, update, expand, add } = edits[0]!;
    assert.deepEqual([withheld, update + expand + add], [0, runs.sizes[0]]);
    const other = await raieOf({ centres: "random" }).adapt(undefined, runs.context.data.finetune[0]!, {
      ...runs.context,
      seed: 2,
    });
    assert.notDeepEqual(centres(other.regions!.before), centres(before));
  });

  it("a region that gets no row keeps the adapter it began with, and the notes name it", async () => {
    const states = await runs.run({ k: 12, add: false, poolMin: undefined });
    for (const [index, { curves, regions, state }] of states.entries()) {
      const trained = new Set(curves.map(({ name }) => name));
      const untrained = [...regions!.after.names.keys()].filter((k) => !trained.has(`region ${k + 1} F${index + 1}`));
      assert.ok(untrained.length > 0, "the slice leaves some region out");
      for (const k of untrained) {
        const start = index === 0 ? state.defaultAdapter : states[0]!.state.adapters[k]!;
        assert.deepEqual(state.adapters[k]!.lora, start.lora);
        assert.equal(sum(state.adapters[k]!.rows.map(Math.abs)), sum(start.rows.map(Math.abs)), "item rows as well");
      }
      const what = index === 0 ? "the default adapter" : "what it began the slice with";
      const names = untrained.map((k) => regions!.after.names[k]).join(", ");
      assert.ok(
        regions!.notes.includes(`F${index + 1}: no rows to train on for ${names}: each keeps ${what}`),
        regions!.notes.join("\n"),
      );
    }
  });

  it("minWindows: regions too small keep the default adapter, and the report says which", async () => {
    const [first] = await runs.run({ minWindows: 1000 }) as [RaieAdapted];
    const { adapters, defaultAdapter } = first.state;
    for (const adapter of adapters) assert.deepEqual(adapter, defaultAdapter);
    const names = first.regions!.after.names.join(", ");
    const note = `F1: fewer than 1000 windows to train on for ${names}: each keeps the default adapter`;
    assert.ok(first.regions!.notes.includes(note), first.regions!.notes.join("\n"));
  });

  it("kBy: as many regions as BIC says, from S alone, and the report says how many", async () => {
    const regions = { k: 6, kBy: "bic", add: false, poolMin: undefined };
    const [first] = await runs.run(regions) as [RaieAdapted];
    const { count } = first.regions!.before;
    assert.ok(count >= 1 && count <= 6);
    const [note] = first.regions!.notes.filter((note) => note.startsWith("S: BIC"));
    assert.match(note!, new RegExp(`^S: BIC \\(higher is better\\) chose K = ${count} of 1 to 6`));
  });
});

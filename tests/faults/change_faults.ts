/** Data, spec and clock that change between runs or under one: nothing is mixed up, and the store stays whole. */
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import assert from "node:assert/strict";
import { join } from "node:path";
import { collect } from "../../src/pipeline/collect.ts";
import { takeInventory, verifyStore } from "../../src/pipeline/inventory.ts";
import { storedResults } from "../pipeline/stored.ts";
import { isClear, SmallRun, SPEC } from "./small_run.ts";

describe("a run whose surroundings change", () => {
  let small: SmallRun, folder: string, store: string, spec: string;
  beforeEach(() => {
    small = new SmallRun();
    ({ folder, store, spec } = small);
  });
  afterEach(() => small.remove());

  it("says that its data are gone, and mixes up neither other data nor another spec with what was computed before", async () => {
    const data = join(folder, "ratings.csv");
    const rows = (shift: number) =>
      Array.from({ length: 3000 }, (_, i) => `u${i % 50},i${(i * (7 + shift)) % 40},${4 + i % 2},${1000 + i}`).join(
        "\n",
      );
    Deno.writeTextFileSync(data, `user,item,rating,timestamp\n${rows(0)}\n`);
    const { dataset: _, ...rest } = SPEC;
    const descriptor = {
      ...rest,
      dataset: {
        format: "csv",
        path: data,
        columns: { user: "user", item: "item", rating: "rating", time: "timestamp" },
      },
    };
    Deno.writeTextFileSync(spec, JSON.stringify(descriptor));
    const first = await small.run();
    assert.equal(first.code, 0, first.err);
    Deno.writeTextFileSync(data, `user,item,rating,timestamp\n${rows(4)}\n`);
    const changed = await small.run();
    assert.equal(changed.code, 0, changed.err);
    assert.doesNotMatch(changed.err, /from the store/, "other data are another computation");
    Deno.removeSync(data);
    const gone = await small.run();
    assert.equal(gone.code, 2, gone.err);
    isClear(gone.err);
    assert.match(gone.err, /ratings\.csv/);
    Deno.writeTextFileSync(spec, JSON.stringify({ ...SPEC, seeds: [2] }));
    const other = await small.run();
    assert.equal(other.code, 0, other.err);
    assert.doesNotMatch(other.err, /backbone.*from the store/, "another seed is another computation");
    await small.recovers();
  });

  it("ends with 1 when its data vanish or change while it goes on, and leaves the store whole", async () => {
    const data = join(folder, "ratings.csv");
    const rows = (step: number) =>
      Array.from({ length: 3000 }, (_, i) => `u${i % 50},i${(i * step) % 40},${1000 + i}`).join("\n");
    const { dataset: _, ...rest } = SPEC;
    const columns = { user: "user", item: "item", time: "timestamp" };
    Deno.writeTextFileSync(spec, JSON.stringify({ ...rest, dataset: { format: "csv", path: data, columns } }));
    const troubles: [() => void, RegExp][] = [
      [() => Deno.removeSync(data), /Error: backbone: train sasrec on S: .*ratings\.csv/],
      [
        () => Deno.writeTextFileSync(data, `user,item,timestamp\n${rows(11)}\n`),
        /Error: backbone: train sasrec on S: the data or the engine are no longer what they were/,
      ],
    ];
    for (const [trouble, said] of troubles) {
      Deno.writeTextFileSync(data, `user,item,timestamp\n${rows(7)}\n`);
      if (isThere(small.out)) Deno.removeSync(small.out, { recursive: true });
      const { code, err } = await small.run("", ["--jobs", "2"], {}, [], trouble);
      assert.equal(code, 1, err);
      isClear(err);
      assert.match(err, said);
      assert.deepEqual(await verifyStore(store, await takeInventory(store)), []);
    }
    Deno.writeTextFileSync(data, `user,item,timestamp\n${rows(7)}\n`);
    await small.recovers();
  });

  it("computes what was begun when its spec changes while it goes on", async () => {
    const undisturbed = await small.run();
    assert.equal(undisturbed.code, 0, undisturbed.err);
    const results = storedResults(store);
    for (const trouble of [() => Deno.writeTextFileSync(spec, "{"), () => Deno.removeSync(spec)]) {
      Deno.writeTextFileSync(spec, JSON.stringify(SPEC));
      for (const path of [store, small.out]) Deno.removeSync(path, { recursive: true });
      const { code, err } = await small.run("", ["--jobs", "2"], {}, [], trouble);
      assert.equal(code, 0, err);
      assert.deepEqual(storedResults(store), results);
    }
  });

  it("gives the same results when the clock jumps by decades while it goes on, forward or back", async (t) => {
    const library = await faketime();
    if (library === undefined) return t.skip("faketime, which gives a process another clock, is not installed here");
    const undisturbed = await small.run();
    assert.equal(undisturbed.code, 0, undisturbed.err);
    const results = storedResults(store);
    const clock = join(folder, "clock");
    const shell =
      `LD_PRELOAD='${library}' FAKETIME_TIMESTAMP_FILE='${clock}' FAKETIME_NO_CACHE=1 DONT_FAKE_MONOTONIC=1`;
    for (const jump of ["+20y", "-20y"]) {
      for (const path of [store, small.out]) Deno.removeSync(path, { recursive: true });
      Deno.writeTextFileSync(clock, "+0");
      const { code, err } = await small.run(shell, [], {}, [], () => Deno.writeTextFileSync(clock, jump));
      assert.equal(code, 0, err);
      const years = Deno.readTextFileSync(small.log).trimEnd().split("\n").map((line) =>
        JSON.parse(line).time.slice(0, 4)
      );
      assert.equal(Math.abs(Number(years.at(-1)) - Number(years[0])), 20, years.join());
      assert.deepEqual(storedResults(store), results);
      assert.deepEqual(await verifyStore(store, await takeInventory(store)), []);
    }
    await small.recovers();
  });

  it("takes results from another century as they are, and removes none for its age", async () => {
    const first = await small.run();
    assert.equal(first.code, 0, first.err);
    const results = storedResults(store);
    for (const year of [1999, 2099]) {
      touchAll(store, new Date(year, 0));
      const { code, err } = await small.run();
      assert.equal(code, 0, err);
      assert.equal(err.match(/from the store/g)?.length, 10, err);
      assert.deepEqual(storedResults(store), results);
    }
    touchAll(store, new Date(2099, 0));
    assert.deepEqual((await collect(store, { keepDays: 30 })).removed, []);
  });
});

function touchAll(path: string, time: Date): void {
  if (Deno.statSync(path).isDirectory) {
    for (const { name } of Deno.readDirSync(path)) touchAll(join(path, name), time);
  }
  Deno.utimeSync(path, time, time);
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The library that gives a process another clock; undefined where it is not installed. */
async function faketime(): Promise<string | undefined> {
  try {
    const { stdout } = await new Deno.Command("faketime", { args: ["-f", "+0", "printenv", "LD_PRELOAD"] }).output();
    return new TextDecoder().decode(stdout).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

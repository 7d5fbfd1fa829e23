import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { panel } from "../../src/cli/watch_panel.ts";
import type { RunState, StageState } from "../../src/pipeline/run_state.ts";
import { task } from "./task.ts";

const line = (time: number, event: Record<string, unknown>) =>
  JSON.stringify({ time: new Date(Date.UTC(2026, 0, 1, 12, 0, time)).toISOString(), ...event }) + "\n";
const BEGUN = line(0, { event: "run", name: "a", engine: "cpu (1)", pid: 1 }) +
  line(0, { event: "stages", stages: [{ stage: "lora: adapt to F1", what: "steps", steps: 8 }] }) +
  line(0, { event: "begin", stage: "lora: adapt to F1" }) +
  line(4, {
    event: "step",
    stage: "lora: adapt to F1",
    what: "steps",
    step: 2,
    steps: 8,
    loss: 0.7,
    seconds: 4,
    memory: 5e8,
  });
const ENDED = line(16, { event: "end", stage: "lora: adapt to F1", seconds: 16, cached: false, memory: 5e8 }) +
  line(17, { event: "done", outcome: "done", text: "reports/a/report.md" });

const QUEUED = line(5, { event: "jobs", store: "/nowhere", keys: ["a"] }) +
  line(6, { event: "job", stage: "lora: adapt to F1", job: "72_3", state: "RUNNING" });

describe("deno task watch", () => {
  let out: string, log: string;
  beforeEach(() => {
    out = Deno.makeTempDirSync();
    Deno.mkdirSync(join(out, "a"));
    log = join(out, "a", "events.ndjson");
  });
  afterEach(() => Deno.removeSync(out, { recursive: true }));

  /** As a run that is alive has its log. */
  function alive(): Deno.FsFile {
    const file = Deno.openSync(log, { read: true });
    file.lockSync(true);
    return file;
  }

  it("--once shows stage, steps, loss, memory and time left", async () => {
    Deno.writeTextFileSync(log, BEGUN);
    using _ = alive();
    for (const run of [["a", "--out", out], [join(out, "a")], [log]]) {
      const { code, out: text, err } = await task(["watch", ...run, "--once"]);
      assert.equal(code, 0, err);
      assert.match(text, /> lora: adapt to F1 +█{6}░{18} {2}steps 2 of 8, 12 s left, loss 0\.700 to 0\.700 .*, 500 MB/);
    }
  });

  it("follows a log until its run ends, whose exit code becomes its own", async () => {
    Deno.writeTextFileSync(log, BEGUN);
    using _ = alive();
    const watching = task(["watch", "a", "--out", out]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    Deno.writeTextFileSync(log, ENDED, { append: true });
    const { code, out: text } = await watching;
    assert.equal(code, 0);
    assert.match(text, /^a: engine cpu \(1\)\nlora: adapt to F1 +█{24} {2}16\.0 s\nreports\/a\/report\.md\n$/);
    Deno.writeTextFileSync(log, BEGUN + line(5, { event: "done", outcome: "interrupted", text: "Interrupted" }));
    assert.equal((await task(["watch", "a", "--out", out])).code, 130);
  });

  it("says that a run was killed when nobody writes its log any more, and ends with 1", async () => {
    Deno.writeTextFileSync(log, BEGUN);
    for (const more of [[], ["--once"]]) {
      const { code, err } = await task(["watch", "a", "--out", out, ...more]);
      assert.equal(code, 1);
      assert.match(err, /The run was killed: what is done is kept, the same command goes on from there/);
    }
  });

  it("--once shows the jobs of a run on a cluster that has gone, and who would follow them", async () => {
    // Its user had enough, or Slurm refused another job of it.
    for (const outcome of ["interrupted", "failed"]) {
      Deno.writeTextFileSync(log, BEGUN + QUEUED + line(7, { event: "done", outcome, text: "sbatch: error" }));
      const { code, out: text, err } = await task(["watch", "a", "--out", out, "--once"]);
      assert.equal(code, 0, err);
      assert.match(text, /> lora: adapt to F1 .* 500 MB, job 72_3 RUNNING\n/);
      assert.ok(err.includes(`Nobody follows its jobs: deno task watch ${log} does`), err);
    }
  });

  it("ends as a run that failed when its jobs were over", async () => {
    const over = line(7, { event: "jobs", store: "/nowhere", keys: [] });
    Deno.writeTextFileSync(log, BEGUN + QUEUED + over + line(8, { event: "done", outcome: "failed", text: "x" }));
    assert.equal((await task(["watch", "a", "--out", out])).code, 1);
  });

  it("ends as the run did when that has cancelled its jobs", async () => {
    const cancelled = line(7, { event: "jobs", store: "/nowhere", keys: [] });
    Deno.writeTextFileSync(
      log,
      BEGUN + QUEUED + cancelled + line(8, { event: "done", outcome: "interrupted", text: "x" }),
    );
    assert.equal((await task(["watch", "a", "--out", out])).code, 130);
  });

  it("passes over lines that are no events", async () => {
    const lines = [
      "null",
      "7",
      '{"event":"stages"}',
      line(1, { event: "step" }),
      line(1, { event: "end", stage: "x" }).trim(),
      line(1, { event: "done", outcome: "perhaps", text: "" }).trim(),
      line(1, { event: "stages", stages: [null] }).trim(),
      line(1, { event: "jobs", store: "x", keys: [7] }).trim(),
      '{"time":"never","event":"say","text":"x"}',
      "{",
      "\u0000",
    ];
    Deno.writeTextFileSync(log, BEGUN + lines.join("\n") + "\n" + ENDED);
    const { code, out: text, err } = await task(["watch", "a", "--out", out, "--once"]);
    assert.equal(code, 0, err);
    assert.match(text, /lora: adapt to F1 +█{24} {2}16\.0 s/);
  });

  it("names the runs that can be watched when it finds no such run", async () => {
    Deno.writeTextFileSync(log, BEGUN);
    const { code, err } = await task(["watch", "b", "--out", out]);
    assert.equal(code, 2);
    assert.match(err, /Cannot watch "b": there is no event log .*has those of a\n/);
  });
});

describe("the panel of a run", () => {
  const stage = (index: number, state: StageState["state"]): StageState => ({
    stage: `stage ${index}`,
    state,
    what: "steps",
    step: 0,
    steps: 10,
    losses: [],
    seconds: 1,
    memory: 0,
  });
  const run = (stages: StageState[]): RunState => ({
    name: "a",
    engine: "cpu",
    begun: 0,
    latest: 1000,
    stages,
    said: [],
  });
  const stages = Array.from(
    { length: 30 },
    (_, index) => stage(index, index < 20 ? "done" : index === 20 ? "running" : "waiting"),
  );
  const options = { left: undefined, now: 2000, rows: 12, columns: 60 };

  it("fits the terminal, and shows what runs", () => {
    const lines = panel(run(stages), options);
    assert.ok(lines.length < 12);
    assert.ok(lines.every((line) => line.length <= 60));
    assert.ok(lines.some((line) => line.startsWith("> stage 20")));
    assert.match(lines.join("\n"), /\.\.\. \d+ before[^]*\.\.\. \d+ more/);
  });

  it("says for how long a run has been silent", () => {
    assert.match(
      panel(run(stages), { ...options, columns: 200, now: 200_000 })[1]!,
      /no word for 3 min 19 s$/,
    );
  });

  it("shows no control characters of labels", () => {
    const hostile = panel(run([{ ...stage(1, "running"), stage: "a\x1b[2Jb\nc" }]), options).join("");
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(hostile, /[\u0000-\u001f]/);
  });
});

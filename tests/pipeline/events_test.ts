import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { type LoggedEvent, openEventLog } from "../../src/pipeline/event_log.ts";
import { JsonLines } from "../../src/pipeline/json_lines.ts";
import { Progress } from "../../src/pipeline/progress.ts";
import { RunLog } from "../../src/pipeline/run_state.ts";
import { terminalView } from "../../src/pipeline/terminal_view.ts";

const time = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, seconds)).toISOString();

describe("the event log", () => {
  let folder: string, path: string;
  beforeEach(() => {
    folder = Deno.makeTempDirSync();
    path = join(folder, "reports", "a", "events.ndjson");
  });
  afterEach(() => Deno.removeSync(folder, { recursive: true }));
  const lines = () => Deno.readTextFileSync(path).trimEnd().split("\n");
  const refused = (line: string): never => assert.fail(line);

  it("has stage, step, loss, seconds and memory of trainings, and the time of every event", async () => {
    const log = openEventLog(path, refused);
    const progress = new Progress([log.sink]);
    progress.tell({ event: "stages", stages: [] });
    await progress.begin("lora: adapt to F1");
    await progress.tick("steps", 1, 1, 0.5);
    progress.end(2.5, false);
    log.close();
    const [, begin, step, end] = lines().map((line) => JSON.parse(line));
    assert.deepEqual(Object.keys(begin), ["time", "event", "stage"]);
    assert.ok(Math.abs(Date.parse(step.time) - Date.now()) < 60_000);
    assert.ok(step.seconds >= 0 && step.seconds < 60);
    assert.ok(step.memory > 1e7, "a process of Deno takes more than 10 MB");
    assert.deepEqual(
      { ...step, time: "", seconds: 0, memory: 0 },
      {
        time: "",
        event: "step",
        stage: "lora: adapt to F1",
        what: "steps",
        step: 1,
        steps: 1,
        loss: 0.5,
        seconds: 0,
        memory: 0,
      },
    );
    assert.deepEqual([end.stage, end.seconds, end.cached], ["lora: adapt to F1", 2.5, false]);
  });

  it("keeps the first and the last of a thousand quick steps, and not all of them", async () => {
    const log = openEventLog(path, refused);
    const progress = new Progress([log.sink]);
    progress.tell({ event: "stages", stages: [] });
    await progress.begin("backbone");
    for (let step = 1; step <= 1000; step++) await progress.tick("steps", step, 1000, 1 / step);
    log.close();
    const steps = lines().slice(2).map((line) => JSON.parse(line).step);
    assert.deepEqual([steps[0], steps.at(-1)], [1, 1000]);
    assert.ok(steps.length < 100, `${steps.length} lines`);
  });

  it("goes on after a line that a killed process left half written, which readers pass over", () => {
    Deno.mkdirSync(dirname(path), { recursive: true });
    Deno.writeTextFileSync(path, '{"time":"x","event":"say","text":"whole"}\n{"time":"x","eve');
    const log = openEventLog(path, refused);
    log.sink({ event: "stages", stages: [] });
    log.sink({ event: "say", text: "next" });
    log.close();
    const said: (string | undefined)[] = [];
    for (const value of new JsonLines().take(Deno.readFileSync(path))) said.push((value as { text?: string }).text);
    assert.deepEqual(said, ["whole", undefined, "next"]);
  });

  it("is not made for an experiment that is refused before anything is computed", () => {
    const log = openEventLog(path, refused);
    log.sink({ event: "run", name: "a", engine: "cpu", pid: 1 });
    log.sink({ event: "done", outcome: "failed", text: "no such data" });
    log.close();
    assert.throws(() => Deno.statSync(dirname(path)), Deno.errors.NotFound);
  });

  it("that cannot be opened is an error that names it and another way", () => {
    Deno.writeTextFileSync(join(folder, "reports"), "a file where a folder should be");
    const log = openEventLog(path, refused);
    assert.throws(() => log.sink({ event: "stages", stages: [] }), {
      name: "StoreError",
      message: /event log .*events\.ndjson.*--out/,
    });
  });
});

describe("RunLog", () => {
  const logOf = (events: LoggedEvent[]) => {
    const log = new RunLog();
    for (const event of events) log.take(event);
    return log;
  };
  const begun: LoggedEvent[] = [
    { time: time(0), event: "run", name: "a", engine: "cpu", pid: 1 },
    {
      time: time(0),
      event: "stages",
      stages: [
        { stage: "backbone", what: "steps", steps: 100 },
        { stage: "ranks", what: "windows", steps: 1000 },
        { stage: "lora", what: "steps", steps: 50 },
      ],
    },
    { time: time(0), event: "begin", stage: "backbone" },
    {
      time: time(10),
      event: "step",
      stage: "backbone",
      what: "steps",
      step: 20,
      steps: 100,
      loss: 2,
      seconds: 10,
      memory: 5,
    },
  ];

  it("tells how far every stage is, with its losses", () => {
    const { state } = logOf(begun);
    assert.deepEqual(state?.stages.map(({ stage, state, step, losses }) => [stage, state, step, losses]), [
      ["backbone", "running", 20, [2]],
      ["ranks", "waiting", 0, []],
      ["lora", "waiting", 0, []],
    ]);
  });

  it("reckons time left by what a step took, and says nothing while a kind of stage has not been seen", () => {
    const log = logOf(begun);
    assert.equal(log.secondsLeft, undefined);
    log.take({ time: time(50), event: "end", stage: "backbone", seconds: 50, cached: false, memory: 5 });
    log.take({ time: time(50), event: "begin", stage: "ranks" });
    log.take({
      time: time(51),
      event: "step",
      stage: "ranks",
      what: "windows",
      step: 250,
      steps: 1000,
      seconds: 1,
      memory: 5,
    });
    // 750 windows at 250 a second; 50 steps at the backbone's rate: its last logged step was 20 of 50 seconds' work.
    assert.equal(log.secondsLeft, 3 + 50 * (50 / 100));
  });

  it("begins anew with the next run of the same log", () => {
    const { state } = logOf([...begun, { time: time(60), event: "run", name: "a", engine: "wasm", pid: 2 }]);
    assert.deepEqual([state?.engine, state?.stages, state?.begun], ["wasm", [], Date.parse(time(60))]);
  });
});

describe("terminalView()", () => {
  const drawnBy = (terminal: boolean) => {
    let text = "";
    return { view: terminalView({ terminal, write: (more) => text += more }), text: () => text };
  };

  it("prints no control character of a label or a line", () => {
    const { view, text } = drawnBy(false);
    view({ event: "say", text: "failed: lora\x1b]0;owned\x07 \u202egnirts\r\nnext" });
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(text().slice(0, -1), /[\u0000-\u001f\u0080-\u009f\u202e]/);
    assert.match(text(), /^failed: lora\\u001b\]0;owned\\u0007 .*next\n$/);
  });

  it("draws over its line in a terminal, and prints only what is done elsewhere", () => {
    for (const terminal of [true, false]) {
      const { view, text } = drawnBy(terminal);
      view({ event: "begin", stage: "backbone" });
      view({ event: "step", stage: "backbone", what: "steps", step: 5, steps: 10, seconds: 20, memory: 0 });
      view({ event: "step", stage: "backbone", what: "steps", step: 10, steps: 10, seconds: 40, memory: 0 });
      view({ event: "end", stage: "backbone", seconds: 40, cached: false, memory: 0 });
      assert.equal(text().split("\n").length, 2);
      assert.equal(text().includes("\r\x1b[K"), terminal);
      assert.match(text(), /backbone +█{24} {2}40\.0 s\n$/);
    }
  });
});

/**
 * `deno task run SPEC...`: computes, writes the report, says where it is.
 * @module
 */
import { openEngine } from "../engine/open.ts";
import { CHECKPOINT_EVERY } from "../pipeline/checkpoints.ts";
import { Interrupted, Progress } from "../pipeline/progress.ts";
import { runSpec } from "../pipeline/run_spec.ts";
import { Store } from "../pipeline/store.ts";
import type { ResolvedSpec } from "../spec/types.ts";
import { wholeNumber } from "./args.ts";
import { failureOf } from "./failure.ts";
import { readSpecs, SPEC_OPTIONS, storeRoot } from "./specs.ts";
import type { Arguments, Command } from "./types.ts";

/** The command. */
export const command: Command = {
  name: "run",
  summary: "run experiments and write their reports",
  usage: "deno task run SPEC... [options]",
  positional: { min: 1, max: Infinity },
  options: [
    ...SPEC_OPTIONS,
    { name: "out", value: "DIR", summary: "folder the reports go to, one folder an experiment (default: reports)" },
    {
      name: "checkpoint-every",
      value: "N",
      summary:
        `optimiser steps between two checkpoints of a training (default: ${CHECKPOINT_EVERY}); results are the same`,
    },
    { name: "quiet", summary: "no progress, only the report's path" },
    { name: "json", summary: "one JSON line per experiment on standard output: name, report, results, seconds" },
  ],
  run,
};

async function run(args: Arguments): Promise<number> {
  const specs = await readSpecs(args);
  const abort = new AbortController();
  const onInterrupt = () => abort.abort(new Interrupted());
  Deno.addSignalListener("SIGINT", onInterrupt);
  const progress = new Progress(args.has("quiet") || args.has("json"), abort.signal);
  let code = 0;
  try {
    for (const { spec, digest } of specs) code = Math.max(code, await runOne(spec, digest, args, progress));
  } finally {
    Deno.removeSignalListener("SIGINT", onInterrupt);
  }
  return code;
}

/** Runs one experiment; when several are asked for, one that fails says so and leaves the others alone. */
async function runOne(spec: ResolvedSpec, digest: string, args: Arguments, progress: Progress): Promise<number> {
  try {
    const engine = await openEngine(spec.engine);
    const store = new Store(storeRoot(), { signal: progress.signal, say: (line) => progress.say(line) });
    try {
      const checkpointEvery = wholeNumber(args, "checkpoint-every", "run");
      const bench = { engine, store, progress, checkpointEvery };
      const done = await runSpec(spec, digest, {
        bench,
        dataDir: args.text("data"),
        out: args.text("out") ?? "reports",
      });
      console.log(args.has("json") ? JSON.stringify({ name: spec.name, ...done }) : done.report);
      for (const failure of done.failures) console.error(`Failed: ${failure}`);
      return done.failures.length === 0 ? 0 : 1;
    } finally {
      await store.close();
      engine.close();
    }
  } catch (error) {
    if (args.positional.length === 1 || error instanceof Interrupted) throw error;
    const { text, code } = failureOf(error, {
      colour: Deno.stderr.isTerminal(),
      trace: Deno.env.get("RAIE_TRACE") === "1",
    });
    console.error(`${spec.name}: ${text}`);
    return code;
  }
}

/**
 * `deno task run SPEC...`: computes, writes the report, says where it is.
 * @module
 */
import { openEngine } from "../engine/open.ts";
import { Interrupted, Progress } from "../pipeline/progress.ts";
import { runSpec } from "../pipeline/run_spec.ts";
import { Store } from "../pipeline/store.ts";
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
    { name: "quiet", summary: "no progress, only the report's path" },
    { name: "json", summary: "one JSON line per experiment on standard output: name, report, results, seconds" },
  ],
  run,
};

async function run(args: Arguments): Promise<number> {
  const specs = await readSpecs(args);
  const abort = new AbortController();
  const onInterrupt = () => abort.abort();
  Deno.addSignalListener("SIGINT", onInterrupt);
  const progress = new Progress(args.has("quiet") || args.has("json"), abort.signal);
  let code = 0;
  try {
    for (const { spec, digest } of specs) {
      const engine = await openEngine(spec.engine);
      try {
        const done = await runSpec(spec, digest, {
          bench: { engine, store: new Store(storeRoot()), progress },
          dataDir: args.text("data"),
          out: args.text("out") ?? "reports",
        });
        if (args.has("json")) console.log(JSON.stringify({ name: spec.name, ...done }));
        else console.log(done.report);
      } finally {
        engine.close();
      }
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    console.error(error.message);
    code = 130;
  } finally {
    Deno.removeSignalListener("SIGINT", onInterrupt);
  }
  return code;
}

/**
 * The engine that jobs find on the nodes, where that is another than the submitting machine's: a login node has no GPU.
 *
 * Results are kept under the engine that computes them, so it must be known before anything is submitted. A small job looks, and what it finds stays
 * in the store, as `submitted/engine-DIGEST.json`, until a stage's job meets another engine.
 * @module
 */
import { join, resolve } from "node:path";
import type { RungReport } from "../../engine/rung.ts";
import type { Engine, Rung } from "../../engine/types.ts";
import { readIfFile, removeIfThere } from "../../files.ts";
import { canonicalJson, sha256 } from "../../spec/canonical.ts";
import type { ExecutorSpec, Resources, StageKind } from "../../spec/executor.ts";
import { VERSION } from "../../version.ts";
import { JobError } from "../job_error.ts";
import { pause } from "../pause.ts";
import { Interrupted } from "../progress.ts";
import { engineId } from "../stages.ts";
import { Asking, UNSEEN_MS } from "./asking.ts";
import type { FollowerOptions } from "./follower.ts";
import { isGoing, stateText } from "./job_state.ts";
import { Slurm } from "./slurm.ts";
import { makeFolder, SUBMITTED } from "./submission.ts";

/** What is known of an engine that is not open here. */
export type NodeEngine = Pick<Engine, "rung" | "version" | "device" | "threads" | "memory">;

/** Where one looks, and who is told. */
export type LookOptions = Omit<FollowerOptions, "slurm"> & { readonly executor: ExecutorSpec };

/** What a look takes: no more than opening an engine. */
const LOOK = { memory: 4096, time: "10" };
/** Between two looks at what the job has found, in milliseconds. */
const PAUSE_MS = 250;

/**
 * The engine that a job of every kind of stage finds.
 *
 * @param choice the spec's engine: one by name, or the best that a node has
 * @param here threads of an operation where the spec names no `cpus`
 * @throws {JobError} when Slurm refuses the job or it finds nothing, when the nodes do not have the engine, and when kinds of stages would find
 * different ones.
 * @throws {Interrupted} after an abort; the job is cancelled.
 */
export async function nodeEngine(choice: Rung | "auto", here: number, options: LookOptions): Promise<NodeEngine> {
  const { resources } = options.executor;
  const threads = Math.max(...Object.values(resources).map(({ cpus }) => cpus ?? here));
  const found = new Map<string, { readonly engine: NodeEngine; readonly kinds: string[] }>();
  for (const [kind, asked] of Object.entries(resources) as [StageKind, Resources][]) {
    const engine = chosen(choice, await engines(asked, threads, options), threads);
    const same = found.get(engineId(engine));
    if (same === undefined) found.set(engineId(engine), { engine, kinds: [kind] });
    else same.kinds.push(kind);
  }
  const all = [...found];
  if (all.length > 1) {
    const each = all.map(([id, { kinds }]) => `"${id}" (${kinds.join(", ")})`).join(" and ");
    throw new JobError(
      `Cannot submit: stages would run on different engines, ${each}, and results of a run are kept under one; let executor.partition and gres name nodes of one kind`,
    );
  }
  return all[0]![1].engine;
}

/** Forgets what jobs have found, after one has found something else. */
export async function forgetEngines(root: string): Promise<void> {
  const folder = join(root, SUBMITTED);
  for await (const { name } of Deno.readDir(folder)) {
    if (/^engine-[0-9a-f]+\.json$/.test(name)) await removeIfThere(join(folder, name));
  }
}

/** @throws {JobError} when the node does not have it. */
function chosen(choice: Rung | "auto", rungs: readonly RungReport[], threads: number): NodeEngine {
  const report = rungs.find(({ rung, works }) => choice === "auto" ? works : rung === choice);
  if (report === undefined || !report.works) {
    const why = report === undefined ? "none works there" : report.reason;
    throw new JobError(`The nodes cannot run the engine "${choice}": ${why}; deno task doctor, as a job, says more`);
  }
  const { rung, version = "", device = "", memory } = report;
  return {
    ...{ rung, version, device, threads: rung === "tensorflow" ? threads : 1 },
    ...(memory !== undefined && { memory }),
  };
}

/** What a job with these resources says of the engines on its node. */
async function engines({ partition, gres }: Resources, cpus: number, options: LookOptions): Promise<RungReport[]> {
  const root = resolve(options.store.root);
  const name = `engine-${sha256(canonicalJson({ raie: VERSION, partition, gres })).slice(0, 16)}.json`;
  const path = join(root, SUBMITTED, name);
  const slurm = new Slurm({ store: root, output: await makeFolder(root) });
  const kept = await reports(path);
  if (kept !== undefined) return kept;
  const { progress, signal, unseenMs = UNSEEN_MS } = options;
  const resources = { ...(partition && { partition }), ...(gres && { gres }), ...LOOK, cpus };
  const order = {
    name: "raie engine",
    keys: [name],
    looksAt: "engine",
    atATime: 1,
    dependency: "",
    resources,
  } as const;
  const job = await slurm.submit(order, { progress, signal });
  progress.say(`job ${job} looks which engine the nodes have${gres === undefined ? "" : ` with ${gres}`}`);
  const asking = new Asking(slurm, (line) => progress.say(line));
  let over: number | undefined;
  while (true) {
    const found = await reports(path);
    if (found !== undefined) return found;
    await pause(PAUSE_MS, signal);
    if (signal?.aborted) {
      await slurm.cancel([job]);
      throw new Interrupted();
    }
    const states = await asking.states(() => [job]);
    const state = states?.get(job);
    if (states === undefined || (state !== undefined && isGoing(state))) continue;
    over ??= performance.now();
    const lost = state !== undefined && state.state !== "COMPLETED";
    if (!lost && performance.now() - over < unseenMs) continue;
    const [last] = (await slurm.printed(job)).trim().split("\n").slice(-1);
    throw new JobError(
      `Cannot learn which engine the nodes have: job ${job} is over (${state ? stateText(state) : "forgotten"})${
        last ? `: ${last}` : ""
      }`,
    );
  }
}

/** Undefined while there is nothing, or nothing of this kind. */
async function reports(path: string): Promise<RungReport[] | undefined> {
  const bytes = await readIfFile(path);
  if (bytes === undefined) return undefined;
  try {
    const { rungs } = JSON.parse(new TextDecoder().decode(bytes)) as { readonly rungs?: RungReport[] };
    return Array.isArray(rungs) ? rungs : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

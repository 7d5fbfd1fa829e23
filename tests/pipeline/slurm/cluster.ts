/** A cluster that a test plays, with stages that are followed on it. */
import { join } from "node:path";
import { Progress } from "../../../src/pipeline/progress.ts";
import { type Followed, Follower } from "../../../src/pipeline/slurm/follower.ts";
import { Slurm } from "../../../src/pipeline/slurm/slurm.ts";
import { makeFolder, type Outcome, type Submission, SubmittedFiles } from "../../../src/pipeline/slurm/submission.ts";
import { Store } from "../../../src/pipeline/store.ts";
import type { ResolvedSpec } from "../../../src/spec/types.ts";
import { identityOf, keyOf } from "../made_stages.ts";
import { FakeSlurm } from "./fake_slurm.ts";

/** Instead of the minute and a half that a network's file system is given. */
export const UNSEEN_MS = 4000;
export const RULES = { retries: 2, memoryFactor: 1.5, memoryLimit: 400, atATime: 4 };

/** A stage that is but a name; "backbone" is no method's own. */
export const submission = (name: string, ...needs: string[]): Submission => ({
  version: 1,
  key: keyOf(name),
  kind: name === "backbone" ? "backbone" : name.startsWith("rank") ? "ranks" : "adapted",
  identity: identityOf(name),
  listed: { stage: name, what: "steps", steps: 4 },
  needs: needs.map(keyOf),
  ofMethod: name !== "backbone",
  spec: {} as ResolvedSpec,
  engine: { id: "cpu", rung: "cpu", threads: 1 },
  said: {},
  resources: { cpus: 1, memory: 200 },
  rules: RULES,
});
export const CHAIN = [submission("backbone"), submission("lora", "backbone"), submission("rank lora", "lora")];

/** Goes with {@linkcode remove}. */
export class Cluster {
  readonly fake = new FakeSlurm();
  readonly root = Deno.makeTempDirSync();
  readonly store = new Store(this.root);
  /** What followers have said. */
  readonly said: string[] = [];
  /** Ends followers made from now on. */
  abort = new AbortController();

  async remove(): Promise<void> {
    await this.store.close();
    this.fake.remove();
    Deno.removeSync(this.root, { recursive: true });
  }

  async follower(submissions: readonly Submission[]): Promise<Follower> {
    const { root, store, said, abort: { signal } } = this;
    const progress = new Progress([(event) => event.event === "say" && said.push(event.text)]);
    const slurm = new Slurm({ store: root, output: await makeFolder(root) });
    return new Follower(submissions, { store, slurm, progress, signal, unseenMs: UNSEEN_MS });
  }

  /** Follows while a test plays the cluster. */
  async followWhile(submissions: readonly Submission[], play: () => Promise<void>): Promise<Followed> {
    const following = (await this.follower(submissions)).follow();
    await Promise.race([play(), following.then(() => undefined)]);
    return await following;
  }

  async submitted(orders: number): Promise<void> {
    while (this.fake.orders.length < orders) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** As a job does at its end. */
  async done(name: string): Promise<void> {
    await this.store.stage(identityOf(name), (folder) => Deno.writeTextFile(join(folder, "x"), name));
  }

  outcome(name: string, outcome: Outcome): Promise<void> {
    return new SubmittedFiles(this.root, keyOf(name)).noteOutcome(outcome);
  }
}

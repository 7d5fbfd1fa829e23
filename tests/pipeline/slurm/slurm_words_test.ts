/** Names and paths that a shell, or sbatch itself, would read something into. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { fileURLToPath } from "node:url";
import { batches } from "../../../src/pipeline/slurm/batches.ts";
import { Progress } from "../../../src/pipeline/progress.ts";
import { Slurm } from "../../../src/pipeline/slurm/slurm.ts";
import { FakeSlurm } from "./fake_slurm.ts";

const HOSTILE = ["a b", "-x", "--wrap=id", "$(touch pwned)", "`id`", "'\"", "%j%A", "a\\b", "line\nline", ";&|<>*?~#"];

describe("Slurm.submit()", () => {
  let fake: FakeSlurm;
  beforeEach(() => fake = new FakeSlurm());
  afterEach(() => fake.remove());

  const progress = new Progress([]);
  const order = { name: "raie", keys: ["k"], atATime: 4, dependency: "", resources: { cpus: 1, memory: 10 } };

  for (const word of HOSTILE) {
    it(`hands ${JSON.stringify(word)} on as it is: as partition, gres, store, and on one line as a name`, async () => {
      const slurm = new Slurm({ store: word, output: "/out" });
      const resources = { cpus: 1, memory: 10, partition: word, gres: word };
      await slurm.submit({ ...order, name: word, resources }, { progress });
      assert.equal(fake.option(1, "partition"), word);
      assert.equal(fake.option(1, "gres"), word);
      assert.equal(fake.option(1, "job-name"), word.replace("\n", " "));
      assert.equal(fake.orders[0]!.at(-3), word);
      // Options end before the script's own arguments.
      assert.ok(fake.orders[0]!.at(-5)!.endsWith("job.sh"));
    });
  }

  it("writes a path for what jobs print so that sbatch reads no pattern in it", async () => {
    for (const [output, written] of [["/a%j", "/a%%j/%j.txt"], ["/a\\%j", "/a\\\\%j/jobs.txt"]] as const) {
      const before = fake.orders.length;
      await new Slurm({ store: "/s", output }).submit(order, { progress });
      assert.equal(fake.option(before + 1, "output"), written);
    }
  });

  it("finds a task's key by the task's number, and says so where there is none", async () => {
    const script = fileURLToPath(new URL("../../../src/pipeline/slurm/job.sh", import.meta.url));
    const folder = Deno.makeTempDirSync();
    try {
      Deno.writeTextFileSync(
        `${folder}/deno`,
        '#!/bin/sh\nprintf "%s|" "$RAIE_STORE" "$PWD" "$@" $SLURM_ARRAY_JOB_ID\n',
        { mode: 0o755 },
      );
      const job = async (keys: readonly string[], task: Record<string, string>) => {
        const { stdout, stderr } = await new Deno.Command("sh", {
          args: [script, folder, "-s $(x)", `${folder}/elsewhere`, ...keys],
          env: { PATH: `${folder}:/usr/bin:/bin`, ...task },
        }).output();
        return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      };
      const [array, alone] = [["0=aa", "7=bb"], ["alone=cc"]];
      const real = Deno.realPathSync(folder);
      const task = (number: string) => ({ SLURM_ARRAY_JOB_ID: "70", SLURM_ARRAY_TASK_ID: number });
      assert.equal(await job(array, task("7")), `-s $(x)|${real}|task|-q|stage|bb|70|`);
      assert.equal(await job(array, task("0")), `-s $(x)|${real}|task|-q|stage|aa|70|`);
      assert.equal(await job(array, task("3")), "no stage for task 3\n");
      assert.equal(await job(array, {}), "no stage for task none\n");
      assert.equal(await job(alone, {}), `-s $(x)|${real}|task|-q|stage|cc|`);
      // It was submitted from a task of some array, whose numbers it is given too.
      assert.equal(await job(alone, task("3")), `-s $(x)|${real}|task|-q|stage|cc|`);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
});

describe("batches()", () => {
  const stage = (key: string, memory: number, ...waitsFor: string[]) =>
    ({ key, kind: "adapted", resources: { cpus: 1, memory }, atATime: 2, waitsFor }) as const;

  it("keeps stages apart that ask for other resources or wait for other jobs", () => {
    const all = batches([stage("a", 1, "7"), stage("b", 2, "7"), stage("c", 1, "8"), stage("d", 1, "7")]);
    assert.deepEqual(all.map(({ keys }) => keys), [["a", "d"], ["b"], ["c"]]);
  });

  it("makes an array of stages that wait for the same task of an array", () => {
    const all = batches([stage("a", 1, "7_2"), stage("b", 1, "7_2")]);
    assert.deepEqual(all, [{ keys: ["a", "b"], tasks: [0, 1], dependency: "afterok:7_2" }]);
  });

  it("makes as few arrays as can be of stages several of which wait for each of some tasks", () => {
    // Two seeds and three cells, as of a sweep of adapters; then three backbones with two methods each.
    const cells = ["a", "b", "c"].flatMap((cell) => [stage(`${cell}0`, 1, "7_0"), stage(`${cell}1`, 1, "7_1")]);
    assert.deepEqual(batches(cells), [
      { keys: ["a0", "b0", "c0"], tasks: [0, 1, 2], dependency: "afterok:7_0" },
      { keys: ["a1", "b1", "c1"], tasks: [0, 1, 2], dependency: "afterok:7_1" },
    ]);
    const methods = ["0", "1", "2"].flatMap((task) => [
      stage(`a${task}`, 1, `7_${task}`),
      stage(`b${task}`, 1, `7_${task}`),
    ]);
    assert.deepEqual(batches(methods), [
      { keys: ["a0", "a1", "a2"], tasks: [0, 1, 2], dependency: "aftercorr:7" },
      { keys: ["b0", "b1", "b2"], tasks: [0, 1, 2], dependency: "aftercorr:7" },
    ]);
  });

  it("makes several arrays of more stages than an array has tasks", () => {
    const all = batches(Array.from({ length: 1200 }, (_, i) => stage(String(i), 1)));
    assert.deepEqual(all.map(({ tasks }) => tasks?.length), [500, 500, 200]);
  });
});

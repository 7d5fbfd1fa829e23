import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { stageCheckpoints } from "../../src/pipeline/checkpoints.ts";
import { Store } from "../../src/pipeline/store.ts";

const TRAINING = "backbone";
const CHECKPOINT = {
  step: 300,
  curve: { steps: [1, 300], values: [0.75, 0.5] },
  state: {
    step: { shape: [], values: Int32Array.of(300) },
    w: { shape: [2, 2], values: Float32Array.of(1, -0.5, NaN, 3e-40) },
  },
};

describe("a checkpoint", () => {
  let root: string, folder: string, said: string[], file: string;
  const checkpoints = (of = folder) => stageCheckpoints(of, 100, (line) => said.push(line));
  beforeEach(async () => {
    root = await Deno.makeTempDir();
    folder = join(root, "stage");
    said = [];
    await checkpoints().write(TRAINING, CHECKPOINT);
    file = join(folder, [...Deno.readDirSync(folder)].find(({ name }) => name.endsWith(".checkpoint"))!.name);
  });
  afterEach(() => Deno.remove(root, { recursive: true }));

  it("comes back as it was written, values that are not finite too", async () => {
    assert.deepEqual(await checkpoints().read(TRAINING), CHECKPOINT);
    assert.deepEqual(said, ["backbone goes on from step 300"]);
  });

  it("that is not there is none, and says nothing", async () => {
    assert.equal(await checkpoints().read("lora F1"), undefined);
    assert.deepEqual(said, []);
  });

  const text = (edit: (text: string) => string) => () => {
    // A letter for each byte, so that those of the tensors stay as they are.
    const before = String.fromCharCode(...Deno.readFileSync(file));
    const after = edit(before);
    assert.notEqual(after, before, "the damage does nothing");
    Deno.writeFileSync(file, Uint8Array.from(after, (letter) => letter.charCodeAt(0)));
  };
  const damages: Record<string, () => void> = {
    "of another step": text((found) => found.replace('"step":300', '"step":100000000')),
    "without a step": text((found) => found.replace('"step":300,', "")),
    "without a curve": text((found) => found.replace(/,"curve":\{.*?\}/, "")),
    "with another curve": text((found) => found.replace("0.75", "0.25")),
    "with null for a header": text((found) => found.replace(/\{"stage".*\n/, "null\n")),
    "without a header": text((found) => found.replace(/\{"stage".*\n/, "")),
    "whose digest is cut off": text((found) => found.slice(found.indexOf("\n") + 1)),
    "that is a folder": () => {
      Deno.removeSync(file);
      Deno.mkdirSync(join(file, "inside"), { recursive: true });
    },
  };
  const isRefused = async (how: string) => {
    said = [];
    assert.equal(await checkpoints().read(TRAINING), undefined, how);
    assert.deepEqual(said, [`The checkpoint ${file} is damaged: backbone is trained again`]);
  };
  for (const [how, damage] of Object.entries(damages)) {
    it(`${how} is said to be damaged, not used, and replaced by the next`, async () => {
      damage();
      await isRefused(how);
      await checkpoints().write(TRAINING, CHECKPOINT);
      assert.deepEqual(await checkpoints().read(TRAINING), CHECKPOINT);
    });
  }

  it("with any one byte changed, or cut short anywhere, is not used", async () => {
    const whole = Deno.readFileSync(file);
    for (let at = 0; at < whole.length; at++) {
      const changed = whole.slice();
      changed[at]! ^= 1;
      Deno.writeFileSync(file, changed);
      await isRefused(`byte ${at} changed`);
      Deno.writeFileSync(file, whole.subarray(0, at));
      await isRefused(`cut to ${at} bytes`);
    }
  });

  it("of another training or another stage in its place is not used", async () => {
    await checkpoints().write("lora F1", CHECKPOINT);
    const files = Array.from(Deno.readDirSync(folder), ({ name }) => join(folder, name));
    const lora = files.find((each) => each.endsWith(".checkpoint") && each !== file)!;
    Deno.copyFileSync(lora, file);
    await isRefused("another training");
    const other = join(root, "other");
    await checkpoints(other).write(TRAINING, CHECKPOINT);
    Deno.copyFileSync(file.replace(folder, other), file);
    await isRefused("another stage");
  });

  it("finds its folder again when a file lies in its place", async () => {
    const store = new Store(join(root, "store"), { say: () => {} });
    const identity = { kind: "backbone", version: 1, parameters: {}, inputs: {} };
    const failing = store.stage(identity, async (_, scratch) => {
      await checkpoints(scratch).write(TRAINING, CHECKPOINT);
      throw new RangeError("stopped");
    });
    await assert.rejects(failing, /stopped/);
    const unfinished = join(store.root, "unfinished", "backbone");
    const scratch = join(unfinished, [...Deno.readDirSync(unfinished)][0]!.name);
    Deno.removeSync(scratch, { recursive: true });
    Deno.writeTextFileSync(scratch, "not what it was");
    const { cached } = await store.stage(identity, async (result, scratch) => {
      assert.equal(await checkpoints(scratch).read(TRAINING), undefined);
      await checkpoints(scratch).write(TRAINING, CHECKPOINT);
      await Deno.writeTextFile(join(result, "result"), "whole");
    });
    await store.close();
    assert.equal(cached, false);
  });
});

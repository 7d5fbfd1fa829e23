import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { decodeSafetensors } from "../../src/adapters/safetensors.ts";
import { openTensors, type TensorSource } from "../../src/adapters/safetensors_reader.ts";
import { WeightsError } from "../../src/adapters/weights_error.ts";
import { withFolder } from "../data/files.ts";
import { damaged, damages } from "../faults/byte_damage.ts";
import { fileOf, floats, halves, writeFolder } from "./checkpoint_floats.ts";

const fixtures = new URL("../fixtures/", import.meta.url);
const pathOf = (name: string) => fileURLToPath(new URL(name, fixtures));
const CHECKPOINTS = "adapters/checkpoints";

interface Expected {
  readonly floats: Readonly<Record<string, readonly number[]>>;
  readonly shards: Readonly<
    Record<string, { readonly file: string; readonly shape: readonly number[]; readonly values: readonly number[] }>
  >;
}
const expected = JSON.parse(Deno.readTextFileSync(pathOf(`${CHECKPOINTS}/expected.json`))) as Expected;

/** Opens a folder of these files, or one that lies here, for as long as `use` takes. */
async function withTensors<T>(
  files: string | Readonly<Record<string, unknown>>,
  use: (tensors: TensorSource, folder: string) => Promise<T>,
): Promise<T> {
  return await withFolder(async (folder) => {
    const where = typeof files === "string" ? files : folder;
    if (typeof files !== "string") writeFolder(folder, files);
    const tensors = await openTensors(where);
    try {
      return await use(tensors, where);
    } finally {
      tensors.close();
    }
  });
}

/** That a folder of these files cannot be opened, or not be read. */
async function refused(files: Readonly<Record<string, unknown>>, message: RegExp): Promise<void> {
  const readAll = async (tensors: TensorSource) => {
    for (const name of tensors.names) await tensors.read(name);
  };
  await assert.rejects(withTensors(files, readAll), (error) => {
    assert.ok(error instanceof WeightsError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

const w = floats([3, 2], 1, 2, 3, 4, 5, 6);
const one = { a: w, b: halves("BF16", [2], 0x3f80, 0xc000) };
const [A, B] = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
const INDEX = "model.safetensors.index.json";
const indexOf = (weight_map: unknown) => ({ metadata: { total_size: 1 }, weight_map });
const sharded = { [A]: fileOf({ a: w }), [B]: fileOf({ b: one.b }), [INDEX]: indexOf({ a: A, b: B }) };

describe("openTensors()", () => {
  it("reads a model that transformers saved in shards of float16", () =>
    withTensors(pathOf(`${CHECKPOINTS}/shards`), async (tensors) => {
      assert.deepEqual([...tensors.names].sort(), Object.keys(expected.shards).sort());
      const files = [...new Set(Object.values(expected.shards).map(({ file }) => file))].sort();
      assert.ok(files.length > 2);
      assert.deepEqual(tensors.files.map(({ name }) => name), files);
      for (const [name, { shape, values }] of Object.entries(expected.shards)) {
        assert.deepEqual([tensors.shapeOf(name), tensors.dtypeOf(name)], [shape, "F16"]);
        const found = await tensors.read(name);
        assert.equal(found.length, values.length);
        found.forEach((value, at) => assert.ok(Math.abs(value - values[at]!) <= 1e-5 * Math.abs(value), name));
      }
    }));

  it("widens floats of 16 bits to the very float32 that PyTorch makes of them", () =>
    withTensors(pathOf(`${CHECKPOINTS}/floats`), async (tensors) => {
      for (const [name, bits] of Object.entries(expected.floats)) {
        assert.deepEqual([...new Int32Array((await tensors.read(name)).buffer)], bits);
        const rows = await tensors.read(name, { from: 97, to: 100 });
        assert.deepEqual([...new Int32Array(rows.buffer)], bits.slice(97 * 3));
      }
    }));

  it("reads float32 and bfloat16 of one model: the second rounded from the first", async () => {
    const whole = decodeSafetensors(Deno.readFileSync(pathOf("conformance/llama/model/model.safetensors")));
    await withTensors(pathOf("conformance/llama/model"), async (tensors) => {
      assert.deepEqual(tensors.files, [{ name: "model.safetensors", bytes: 101048 }]);
      for (const name of tensors.names) assert.deepEqual(await tensors.read(name), whole[name]!.values);
    });
    await withTensors(pathOf("conformance/llama/model_bf16"), async (tensors) => {
      for (const name of tensors.names) {
        assert.equal(tensors.dtypeOf(name), "BF16");
        (await tensors.read(name)).forEach((value, at) => {
          const wanted = whole[name]!.values[at]!;
          assert.ok(Math.abs(value - wanted) <= Math.abs(wanted) / 256, `${name} ${at}: ${value}, ${wanted}`);
        });
      }
    });
  });

  it("reads rows of a tensor, none among them, and refuses those it has not", () =>
    withTensors({ "model.safetensors": fileOf({ ...one, scalar: floats([], 7) }) }, async (tensors) => {
      assert.deepEqual(await tensors.read("a", { from: 1, to: 3 }), Float32Array.of(3, 4, 5, 6));
      assert.deepEqual(await tensors.read("a", { from: 3, to: 3 }), new Float32Array(0));
      assert.deepEqual(await tensors.read("b"), Float32Array.of(1, -2));
      assert.deepEqual(await tensors.read("scalar"), Float32Array.of(7));
      for (const [from, to] of [[-1, 1], [2, 1], [0, 4], [0.5, 1], [0, NaN]] as const) {
        await assert.rejects(tensors.read("a", { from, to }), /Cannot read rows .* of tensor "a" of \[3,2\]/);
      }
      await assert.rejects(tensors.read("scalar", { from: 0, to: 1 }), RangeError);
      await assert.rejects(tensors.read("c"), /tensor "c" of .*: there is none of that name/);
      assert.throws(() => tensors.shapeOf("constructor"), WeightsError);
    }));

  it("reads several tensors at the same time", () => {
    const count = 3_000_000;
    const many = Object.fromEntries(["x", "y", "z"].map((name, index) => [name, {
      dtype: "BF16",
      shape: [count],
      bytes: new Uint8Array(new Uint16Array(count).fill(0x3f80 + index * 0x80).buffer),
    }]));
    // Six megabytes each, so of every tensor there is more than one block to read as float32.
    const wide = { dtype: "F32", shape: [count], bytes: new Uint8Array(new Float32Array(count).fill(9).buffer) };
    return withTensors({ "model.safetensors": fileOf({ ...many, wide }) }, async (tensors) => {
      const found = await Promise.all(["x", "y", "z", "wide"].map((name) => tensors.read(name)));
      for (const [index, value] of [1, 2, 4, 9].entries()) assert.ok(found[index]!.every((each) => each === value));
    });
  });

  it("takes model.safetensors where there is an index too, as transformers does", () =>
    withTensors({ ...sharded, "model.safetensors": fileOf(one) }, (tensors) => {
      assert.deepEqual(tensors.files.map(({ name }) => name), ["model.safetensors"]);
      return Promise.resolve();
    }));

  const wrong: readonly [string, Readonly<Record<string, unknown>>, RegExp][] = [
    ["a folder without weights", {}, /Cannot read .*: wanted safetensors: model\.safetensors or model\.saf/],
    ["pickled weights", { "pytorch_model.bin": 1 }, /: found pytorch_model\.bin, wanted safetensors/],
    [
      "an index that is no object",
      { ...sharded, [INDEX]: [1] },
      /index\.json: its weight_map is missing, wanted names/,
    ],
    ["an index that is not JSON", { ...sharded, [INDEX]: Uint8Array.of(0x7b) }, /index\.json: it is not JSON/],
    ["an index of no tensors", { ...sharded, [INDEX]: indexOf({}) }, /its weight_map is \{\}/],
    [
      "a missing shard",
      { ...sharded, [INDEX]: indexOf({ a: A, b: "c.safetensors" }) },
      /"b" of .*file "c\.saf.*is missing/,
    ],
    ["a shard elsewhere", { ...sharded, [INDEX]: indexOf({ a: "x/../c.safetensors" }) }, /"a" of .*its file is "x/],
    ["a shard above", { ...sharded, [INDEX]: indexOf({ a: "..safetensors" }) }, /"a" of .*its file is "\.\.saf/],
    [
      "a shard behind a backslash",
      { ...sharded, [INDEX]: indexOf({ a: "c\\d.safetensors" }) },
      /"a" of .*its file is "c/,
    ],
    ["a shard of another kind", { ...sharded, [INDEX]: indexOf({ a: "pytorch_model.bin" }) }, /file is "pytorch_model/],
    ["a shard that is no text", { ...sharded, [INDEX]: indexOf({ a: 7 }) }, /"a" of .*its file is 7/],
    [
      "a tensor that its shard lacks",
      { ...sharded, [INDEX]: indexOf({ a: A, b: B, c: B }) },
      /"c" of .*no such tensor/,
    ],
    [
      "a tensor in another shard",
      { ...sharded, [INDEX]: indexOf({ a: B, b: A }) },
      /"a" of .*00001.*puts it in model-00002/,
    ],
    [
      "a tensor that no index names",
      { ...sharded, [INDEX]: indexOf({ a: A }), [A]: fileOf(one) },
      /"b" of .*00001.*does not name/,
    ],
    [
      "a tensor in two shards",
      { ...sharded, [B]: fileOf(one) },
      /"a" of .*00002.*: .*00001.* has a tensor of that name too/,
    ],
    [
      "a tensor of whole numbers",
      { "model.safetensors": fileOf({ w: { ...w, dtype: "I32" } }) },
      /wanted F32 or F16 or BF16/,
    ],
    ["half a tensor", { "model.safetensors": fileOf({ w: { ...w, dtype: "F16" } }) }, /shape \[3,2\], wanted 12 bytes/],
    [
      "NaN",
      { "model.safetensors": fileOf({ w: floats([2], 1, NaN) }) },
      /"w" of .*model\.saf.*: value 1 is infinite or no/,
    ],
    ["an infinite float16", { "model.safetensors": fileOf({ w: halves("F16", [2], 0, 0xfc00) }) }, /"w".*value 1 is/],
    ["a NaN of bfloat16", { "model.safetensors": fileOf({ w: halves("BF16", [2], 0x7f81, 0) }) }, /"w".*value 0 is/],
    ["a cut file", { "model.safetensors": fileOf(one).subarray(0, -1) }, /"b" of .*bytes 24 to 28 of 27/],
    ["a longer file", { "model.safetensors": Uint8Array.of(...fileOf(one), 0) }, /its tensors end at byte 28 of 29/],
  ];
  for (const [what, files, message] of wrong) it(`refuses ${what}`, () => refused(files, message));

  it("refuses a shard that is a folder, and a folder that is none", () =>
    withFolder(async (folder) => {
      Deno.mkdirSync(join(folder, "model.safetensors"));
      await assert.rejects(openTensors(folder), { name: "WeightsError", message: /model\.safetensors: it is no file/ });
      await assert.rejects(openTensors(join(folder, "none")), { name: "WeightsError", message: /no such folder/ });
    }));

  it("refuses to go on with a file that was cut after it was opened", () =>
    withTensors({ "model.safetensors": fileOf(one) }, async (tensors, folder) => {
      const path = join(folder, "model.safetensors");
      Deno.truncateSync(path, Deno.statSync(path).size - 8);
      await assert.rejects(tensors.read("a"), /Cannot read .*model\.safetensors: it has been cut/);
    }));

  it("reads the header alone, of a file of any size", () =>
    withFolder(async (folder) => {
      // Holes: 40 GB that take no place on the disk.
      const path = join(folder, "model.safetensors");
      const entry = { dtype: "BF16", shape: [20_000_000, 1000], data_offsets: [0, 40_000_000_000] };
      const json = new TextEncoder().encode(JSON.stringify({ w: entry }));
      const start = new Uint8Array(8 + json.length);
      new DataView(start.buffer).setBigUint64(0, BigInt(json.length), true);
      start.set(json, 8);
      Deno.writeFileSync(path, start);
      Deno.truncateSync(path, start.length + 40_000_000_000);
      const tensors = await openTensors(folder);
      const rows = await tensors.read("w", { from: 19_999_990, to: 20_000_000 });
      tensors.close();
      assert.deepEqual(rows, new Float32Array(10_000));
    }));

  it("refuses damaged shards and indexes, or reads numbers of the very shapes", () =>
    withFolder(async (folder) => {
      const good = pathOf(`${CHECKPOINTS}/shards`);
      const files = [...Deno.readDirSync(good)].map(({ name }) => name).filter((name) => name.startsWith("model"))
        .sort();
      const bytes = files.map((name) => Deno.readFileSync(join(good, name)));
      let refusals = 0;
      await fc.assert(
        fc.asyncProperty(fc.nat(files.length - 1), damages(), async (which, list) => {
          files.forEach((name, at) => {
            Deno.writeFileSync(join(folder, name), at === which ? damaged(bytes[at]!, list) : bytes[at]!);
          });
          let tensors: TensorSource | undefined;
          try {
            tensors = await openTensors(folder);
            for (const name of tensors.names) {
              const values = await tensors.read(name);
              assert.equal(values.length, tensors.shapeOf(name).reduce((a, b) => a * b, 1));
              assert.ok(values.every(Number.isFinite));
            }
          } catch (error) {
            assert.ok(error instanceof WeightsError, String((error as Error).stack));
            assert.match(error.message, /^Cannot read /);
            assert.ok(error.message.includes(folder), error.message);
            refusals++;
          } finally {
            tensors?.close();
          }
        }),
        { seed: 1, numRuns: 250 },
      );
      assert.ok(refusals > 60, `${refusals} were refused`);
    }));
});

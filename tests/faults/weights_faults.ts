/** Weight files damaged at random and headers that lie: refused by file and tensor, or read to exactly the right numbers. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { type AdapterValues, type BankConfig, initialAdapter } from "../../src/adapters/bank.ts";
import { loadAdapter, saveAdapter } from "../../src/adapters/peft.ts";
import { encodeSafetensors, readSafetensors } from "../../src/adapters/safetensors.ts";
import { WeightsError } from "../../src/adapters/weights_error.ts";
import type { PlainTensors } from "../../src/engine/plain_tensor.ts";
import { handMade } from "../adapters/hand_made.ts";
import { damaged, damages } from "./byte_damage.ts";

const SEED = Number(Deno.env.get("RAIE_FUZZ_SEED") ?? "1");
const RUNS = 3000;
/** The files here have a few kB. */
const SECONDS = 2;
const MEGABYTES = 200;

const TENSORS: PlainTensors = {
  "blocks.0.q_proj.weight": { shape: [4, 3], values: Float32Array.from({ length: 12 }, (_, at) => at / 7) },
  bias: { shape: [5], values: Float32Array.of(1, -2, 3e-7, 4e30, 0) },
  count: { shape: [], values: Int32Array.of(9) },
  none: { shape: [0, 8], values: new Float32Array(0) },
};
const BANK: BankConfig = {
  rank: 2,
  alpha: 4,
  dropout: 0.05,
  init: "kaiming",
  projections: ["blocks.0.q_proj", "blocks.0.linear1"].map((name) => ({ name, inputs: 4, outputs: 6 })),
  width: 4,
  itemRows: Int32Array.of(2, 5),
  items: 9,
};
const TABLE = new Float32Array(10 * 4).fill(0.25);

type Header = Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;

/** A reading of the format's description apart from the reader's: header and body by slices, no checks. */
function naively(bytes: Uint8Array): Record<string, { shape: number[]; values: number[] }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start))) as Header;
  const read: Record<string, { shape: number[]; values: number[] }> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const { dtype, shape, data_offsets: [from, to] } = entry;
    const values: number[] = [];
    for (let place = start + from; place < start + to; place += 4) {
      values.push(dtype === "F32" ? view.getFloat32(place, true) : view.getInt32(place, true));
    }
    read[name] = { shape, values };
  }
  return read;
}

const plain = (tensors: PlainTensors) =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, values }]) => [name, { shape: [...shape], values: [...values] }]),
  );

const number = fc.oneof(
  fc.nat(40),
  fc.constantFrom(-1, 0.5, 1e9, 1e10, 2 ** 31, 2 ** 32, 2 ** 53, 1e300, -0, "4", null),
);
const entry = fc.record({
  dtype: fc.constantFrom("F32", "F32", "F32", "I32", "F64", "BF16", "f32", "constructor", "", 7, null),
  shape: fc.oneof(fc.array(number, { maxLength: 3 }), fc.constantFrom("4", null, {}, [[4]])),
  data_offsets: fc.oneof(fc.array(number, { maxLength: 3 }), fc.constantFrom(null, "0,4")),
}, { requiredKeys: [] });
const header = fc.dictionary(
  fc.constantFrom("a", "b", "c", "__metadata__", "constructor", ""),
  fc.oneof(entry, fc.json()),
);

describe(`weight files, seed ${SEED} (RAIE_FUZZ_SEED)`, () => {
  let folder: string;
  let tried = 0, refused = 0, slowest = 0, memory = 0;
  beforeEach(() => {
    folder = Deno.makeTempDirSync({ prefix: "raie-weights-" });
  });
  afterEach(() => Deno.removeSync(folder, { recursive: true }));
  afterAll(() => {
    console.log(
      `weight files tried: ${tried}, of which ${refused} were refused; the slowest took ${slowest.toFixed(2)} s, ` +
        `memory grew by ${Math.round(memory)} MB at most`,
    );
  });

  /** What `read` gives, or undefined where it refuses, naming one of `files`. */
  async function tryToRead<T>(read: () => Promise<T>, ...files: readonly string[]): Promise<T | undefined> {
    const [start, held] = [performance.now(), Deno.memoryUsage().rss];
    const found = await read().catch((error: unknown) => error);
    const seconds = (performance.now() - start) / 1000;
    tried++;
    slowest = Math.max(slowest, seconds);
    memory = Math.max(memory, (Deno.memoryUsage().rss - held) / 1e6);
    assert.ok(seconds < SECONDS, `${seconds} s`);
    if (!(found instanceof Error)) return found as T;
    refused++;
    assert.ok(found instanceof WeightsError, String(found.stack));
    assert.ok(files.some((file) => found.message.includes(file)), found.message);
    assert.match(found.message, /^Cannot (read|load) /);
    return undefined;
  }

  /** Reads a file of these bytes: refused, or the numbers that slicing it gives, all of them finite. */
  async function check(bytes: Uint8Array): Promise<PlainTensors | undefined> {
    const path = join(folder, "w.safetensors");
    Deno.writeFileSync(path, bytes);
    const tensors = await tryToRead(() => readSafetensors(path), path);
    if (tensors === undefined) return undefined;
    assert.deepEqual(plain(tensors), naively(bytes));
    for (const { shape, values } of Object.values(tensors)) {
      assert.equal(values.length, shape.reduce((a, b) => a * b, 1));
      assert.ok(values.every(Number.isFinite));
    }
    const body = Object.values(tensors).reduce((sum, { values }) => sum + values.byteLength, 0);
    assert.equal(
      8 + Number(new DataView(bytes.buffer).getBigUint64(0, true)) + body,
      bytes.length,
      "bytes of no tensor",
    );
    return tensors;
  }

  it("damaged anywhere are refused, or give what their bytes say", async () => {
    const bytes = encodeSafetensors(TENSORS);
    await fc.assert(
      fc.asyncProperty(damages(), async (list) => {
        await check(damaged(bytes, list));
      }),
      { seed: SEED, numRuns: RUNS },
    );
    assert.ok(refused > RUNS / 2, `${refused} were refused`);
  });

  it("whose headers lie are refused, or give what their bytes say", async () => {
    const floats = fc.array(fc.constantFrom(0, 1.5, -2, NaN, Infinity), { maxLength: 10 });
    const length = fc.oneof(
      { weight: 6, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constantFrom(0n, 1n, 100_000_000n, 10_000_000_000n, 2n ** 63n, 2n ** 64n - 1n) },
    );
    await fc.assert(
      fc.asyncProperty(header, floats, length, async (header, floats, length) => {
        await check(handMade(header, floats, length));
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  it("of every layout that covers its bytes are read, whatever the order in the header, and none that does not", async () => {
    const sizes = fc.array(fc.nat(5), { minLength: 1, maxLength: 5 });
    let read = 0;
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), fc.integer({ min: -2, max: 2 }), async (sizes, turn, shift) => {
        let at = 0;
        const entries = sizes.map((size, index) => {
          const from = at;
          at += size * 4;
          return [`t${index}`, { dtype: "F32", shape: [size], data_offsets: [from, at] }] as const;
        });
        const moved = entries[turn % entries.length]!;
        const wrong = [moved[0], {
          ...moved[1],
          data_offsets: moved[1].data_offsets.map((place) => place + shift * 4),
        }] as const;
        const turned = [...entries.slice(turn % entries.length), ...entries.slice(0, turn % entries.length)];
        const header = Object.fromEntries(turned.map((entry) => entry === moved ? wrong : entry));
        const tensors = await check(handMade(header, Array.from({ length: at / 4 }, (_, n) => n)));
        // A tensor of nothing may be said to lie at any border.
        if (shift === 0) assert.ok(tensors !== undefined);
        else if (moved[1].shape[0] !== 0) assert.equal(tensors, undefined);
        if (tensors !== undefined) read++;
      }),
      { seed: SEED, numRuns: RUNS / 3 },
    );
    assert.ok(read > RUNS / 20, `${read} were read`);
  });

  it("of an adapter, weights or settings, are refused, or load as an adapter of the very layout", async () => {
    const good = join(folder, "good");
    await saveAdapter(good, BANK, initialAdapter(BANK, 3), [{ module: "item_emb", values: TABLE }]);
    const whole = await loadAdapter(good, BANK, [{ module: "item_emb", values: TABLE }]);
    const names = ["adapter_config.json", "adapter_model.safetensors"] as const;
    const files = names.map((name) => Deno.readFileSync(join(good, name)));
    const bad = join(folder, "bad");
    Deno.mkdirSync(bad);
    const isWhole = ({ lora, rows }: AdapterValues) => {
      assert.deepEqual([lora.length, rows.length], [whole.lora.length, whole.rows.length]);
      assert.ok(lora.every(Number.isFinite) && rows.every(Number.isFinite));
    };
    await fc.assert(
      fc.asyncProperty(fc.nat(1), damages(), async (which, list) => {
        names.forEach((name, index) => {
          Deno.writeFileSync(join(bad, name), index === which ? damaged(files[index]!, list) : files[index]!);
        });
        const adapter = await tryToRead(() => loadAdapter(bad, BANK, [{ module: "item_emb", values: TABLE }]), bad);
        if (adapter === undefined) return;
        isWhole(adapter);
        // Settings that still say the same leave the numbers as they are.
        if (which === 0) assert.deepEqual(adapter, whole);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  it("that claim headers and sizes of gigabytes are refused at once, in no memory", async () => {
    const path = join(folder, "w.safetensors");
    for (const size of [1e4, 1e9, 3.9e9, 1e11]) {
      for (const length of [9_000n, 99_999_999n, 100_000_001n, 10_000_000_000n, 2n ** 64n - 1n]) {
        if (BigInt(size) - 8n >= length && length <= 100_000_000n) continue;
        Deno.writeFileSync(path, handMade({}, [], length));
        Deno.truncateSync(path, size);
        assert.equal(await tryToRead(() => readSafetensors(path), path), undefined);
      }
    }
    assert.ok(memory < MEGABYTES, `memory grew by ${memory} MB`);
  });
});

/** Representations in a file: what is computed from it is what is computed from memory, and a damaged one is refused. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { decodeSafetensors } from "../../src/adapters/safetensors.ts";
import { stream } from "../../src/engine/random.ts";
import { Store } from "../../src/pipeline/store.ts";
import { openVectors, writeVectors } from "../../src/pipeline/vectors_file.ts";
import {
  buildRegions,
  chooseK,
  EDIT_DEFAULTS,
  editRegions,
  inMemory,
  routeTopTwo,
  rowRange,
  selectRows,
  sphericalKMeans,
  type VectorRows,
} from "../../src/regions/mod.ts";
import { axis, clouds } from "../regions/draws.ts";

const WIDTH = 6;
const vectors = clouds(1, [0, 1, 2].map((index) => axis(WIDTH, index)), 40, 0.2);
const { count } = vectors;

/** Everything that passes over vectors. */
async function everything(rows: VectorRows): Promise<unknown[]> {
  const drawn = () => ({ restarts: 2, iterations: 30, stream: stream(1, "k-means") });
  const clustering = await sphericalKMeans(rows, 3, drawn());
  const regions = await buildRegions(rows, clustering);
  const { bic } = await chooseK(rows, 3, {
    radiusQuantile: 0.9,
    priorStrength: 5,
    emaRate: 0.2,
    ...drawn(),
    stream: (k) => stream(k, "k-means"),
  });
  const part = rowRange(rows, 30, 50);
  const edit = await editRegions(regions, part, { ...EDIT_DEFAULTS, poolMin: 1, stream: stream(2, "edit") });
  const named = await selectRows(rows, [0, 3, 77, 119]);
  return [clustering, regions, bic, edit, await routeTopTwo(regions, part), named.values];
}

describe("vectors in a file", () => {
  let folder: string, path: string;
  /** Written in batches of 50 rows. */
  const write = (to: string) =>
    writeVectors(
      to,
      count,
      WIDTH,
      ReadableStream.from([0, 50, 100].map((from) => vectors.values.subarray(from * WIDTH, (from + 50) * WIDTH))),
    );
  beforeEach(async () => {
    folder = await Deno.makeTempDir();
    path = join(folder, "vectors.safetensors");
    await write(path);
  });
  afterEach(() => Deno.remove(folder, { recursive: true }));

  it("are a safetensors file of one tensor", async () => {
    const { vectors: read, ...others } = decodeSafetensors(await Deno.readFile(path));
    assert.deepEqual(read, { shape: [count, WIDTH], values: vectors.values });
    assert.deepEqual(others, {});
  });

  it("give what vectors in memory give, whatever is read at a time and kept", async () => {
    const expected = await everything(vectors);
    for (const [block, held] of [[1, 0], [7, 100 * WIDTH], [7, 40 * WIDTH * 4], [count, 1e9], [50, 0]] as const) {
      const file = await openVectors(path, count, WIDTH, held, block);
      assert.deepEqual(await everything(file), expected, `blocks of ${block}, ${held} bytes kept`);
      file.close();
    }
    assert.deepEqual(await everything(inMemory(vectors.values, WIDTH, 11)), expected);
  });

  it("are refused when cut, and when there are others", async () => {
    for (const [rows, width] of [[count + 1, WIDTH], [count, WIDTH + 1]] as const) {
      await assert.rejects(() => openVectors(path, rows, width), {
        name: "WeightsError",
        message: /it holds vectors \[120,6\], wanted vectors \[\d+,\d\]/,
      });
    }
    await Deno.truncate(path, 500);
    await assert.rejects(() => openVectors(path, count, WIDTH), { name: "WeightsError", message: /bytes/ });
  });

  it("are computed again when what the store holds is cut or changed", async () => {
    const store = new Store(join(folder, "store"), { say: () => {} });
    const identity = { kind: "represented", version: 1, parameters: {}, inputs: {} };
    let times = 0;
    const stage = () =>
      store.stage(identity, async (into) => {
        times++;
        await write(join(into, "vectors.safetensors"));
      });
    const file = join((await stage()).folder, "vectors.safetensors");
    await stage();
    assert.equal(times, 1);
    await Deno.truncate(file, 1000);
    await stage();
    const bytes = await Deno.readFile(file);
    bytes[bytes.length - 1]! ^= 1;
    await Deno.writeFile(file, bytes);
    await stage();
    assert.equal(times, 3);
    await store.close();
  });
});

/** Which files a backbone's weights are taken from, and what is said of the others. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { encodeSafetensors } from "../../src/adapters/safetensors.ts";
import { createBackbone } from "../../src/backbones/registry.ts";
import { DataError } from "../../src/data/errors.ts";
import type { PlainTensor } from "../../src/engine/plain_tensor.ts";
import { catalogueDigest, readWeights } from "../../src/pipeline/backbone_weights.ts";
import { parseSpec } from "../../src/spec/parse.ts";
import type { TransformerSpec } from "../../src/spec/types.ts";
import { handMade } from "../adapters/hand_made.ts";

const CATALOGUE = { size: 9, ids: ["", ..."abcdefghi"] };
const KINDS = ["sasrec", "bert4rec", "tisasrec"] as const;

function specOf(kind: TransformerSpec["kind"], more: Record<string, unknown> = {}): TransformerSpec {
  const backbone = { kind, hidden: 8, heads: 2, blocks: 1, ffn: 12, maxLength: 5, ...more };
  const spec = { name: "a", dataset: "movielens-100k", windows: { context: 5 }, backbone, methods: ["base"] };
  return parseSpec(JSON.stringify(spec), "a.json").resolved.backbone as TransformerSpec;
}

describe("readWeights()", () => {
  let folder: string, path: string;
  beforeEach(() => {
    folder = Deno.makeTempDirSync();
    path = `${folder}/weights.safetensors`;
  });
  afterEach(() => Deno.removeSync(folder, { recursive: true }));

  const initial = (kind: TransformerSpec["kind"]): Record<string, PlainTensor> =>
    createBackbone(specOf(kind), CATALOGUE.size).initialise(1);
  const write = (tensors: Record<string, PlainTensor>, metadata: Record<string, string> = {}) =>
    Deno.writeFileSync(path, encodeSafetensors(tensors, metadata));

  /** What the error says of the file, after its name. */
  async function refused(kind: TransformerSpec["kind"], more: Record<string, unknown> = {}): Promise<string> {
    let said = "";
    await assert.rejects(() => readWeights(path, specOf(kind, more), CATALOGUE), (error) => {
      assert.ok(error instanceof DataError, String(error));
      assert.ok(error.message.startsWith(`Cannot use backbone.weights ${path}: `), error.message);
      said = error.message;
      return true;
    });
    return said.slice(`Cannot use backbone.weights ${path}: `.length);
  }

  for (const kind of KINDS) {
    it(`takes the weights of a ${kind} under its own names, and digests the file`, async () => {
      const tensors = initial(kind);
      write(tensors);
      const { file, tensors: read } = await readWeights(path, specOf(kind), CATALOGUE);
      assert.deepEqual(Object.keys(read).sort(), Object.keys(tensors).sort());
      for (const [name, { values }] of Object.entries(tensors)) assert.deepEqual(read[name]!.values, values);
      const bytes = Deno.readFileSync(path);
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      assert.deepEqual(file, { name: "weights.safetensors", bytes: bytes.length, sha256: digest.toHex() });
    });
  }

  it("names what is missing and unexpected, a few of each, and the blocks where those differ", async () => {
    const { "pos_emb.weight": position, ...rest } = initial("sasrec");
    write({ ...rest, position: position! });
    assert.equal(
      await refused("sasrec"),
      'its tensors are not those of this sasrec:\n  missing: "pos_emb.weight"\n  unexpected: "position"',
    );
    write(initial("sasrec"));
    assert.match(
      await refused("sasrec", { blocks: 2 }),
      /missing: ("blocks\.1\.\w+\.\w+"(, )?){4}, and 12 more\n {2}backbone\.blocks is 2, backbone\.kind sasrec$/,
    );
  });

  for (
    const [kind, more, line] of [
      ["sasrec", { hidden: 16 }, '"item_emb.weight" is float32 [10,8], wanted float32 [10,16] (by backbone.hidden 16)'],
      ["sasrec", { maxLength: 6 }, '"pos_emb.weight" is float32 [5,8], wanted float32 [6,8] (by backbone.maxLength 6)'],
      [
        "bert4rec",
        { maxLength: 7 },
        '"bert.embeddings.position_embeddings.weight" is float32 [7,8], wanted float32 [9,8] (by backbone.maxLength 7)',
      ],
      [
        "sasrec",
        { ffn: 13 },
        '"blocks.0.linear1.weight" is float32 [12,8], wanted float32 [13,8] (by backbone.ffn 13)',
      ],
      [
        "tisasrec",
        { timeBuckets: 11 },
        '"layers.0.tim_k.weight" is float32 [64,4], wanted float32 [11,4] (by backbone.timeBuckets 11)',
      ],
    ] as const
  ) {
    it(`says which setting a shape comes from: ${JSON.stringify(more)} of a ${kind}`, async () => {
      write(initial(kind));
      const said = await refused(kind, more);
      assert.ok(said.split("\n  ").includes(line), said);
    });
  }

  it("says how many items the data have where the file's table has others", async () => {
    for (
      const [kind, rows] of [
        ["sasrec", "wanted float32 [10,8] (by the catalogue's 9 items and 1 more)"],
        ["bert4rec", "wanted float32 [13,8] (by the catalogue's 9 items and 4 more)"],
      ] as const
    ) {
      write(createBackbone(specOf(kind), 20).initialise(1));
      assert.ok((await refused(kind)).includes(rows));
    }
  });

  it("refuses weights of its own making whose rows are other items', or the same in another order", async () => {
    write(initial("sasrec"), { catalogue: catalogueDigest({ ...CATALOGUE, ids: ["", ..."abcdefgih"] }) });
    assert.match(
      await refused("sasrec"),
      /its rows are of other items, or of the same in another order: wanted weights/,
    );
    write(initial("sasrec"), { catalogue: catalogueDigest(CATALOGUE) });
    assert.equal((await readWeights(path, specOf("sasrec"), CATALOGUE)).file.name, "weights.safetensors");
  });

  it("leaves out the second names of Hugging Face's tied tensors, and refuses them where they differ", async () => {
    const tensors = initial("bert4rec");
    const tied = {
      ...tensors,
      "cls.predictions.decoder.weight": tensors["bert.embeddings.word_embeddings.weight"]!,
      "cls.predictions.decoder.bias": tensors["cls.predictions.bias"]!,
    };
    write(tied);
    const { tensors: read } = await readWeights(path, specOf("bert4rec"), CATALOGUE);
    assert.deepEqual(Object.keys(read).sort(), Object.keys(tensors).sort());
    const other = { shape: [13], values: new Float32Array(13).fill(0.5) };
    write({ ...tied, "cls.predictions.decoder.bias": other });
    assert.match(
      await refused("bert4rec"),
      /unexpected: "cls\.predictions\.decoder\.bias" \(not the same as "cls\.predictions\.bias"\)$/,
    );
  });

  it("leaves out the 64-bit position numbers that older versions of it save", async () => {
    const tensors = initial("sasrec");
    const names = Object.keys(tensors);
    let at = 0;
    const header: Record<string, unknown> = {};
    for (const name of names) {
      const { shape, values } = tensors[name]!;
      header[name] = { dtype: "F32", shape, data_offsets: [at, at += 4 * values.length] };
    }
    const data = names.flatMap((name) => [...tensors[name]!.values]);
    const positions = { dtype: "I64", shape: [1, 2], data_offsets: [at, at + 16] };
    Deno.writeFileSync(path, handMade({ ...header, "bert.embeddings.position_ids": positions }, [...data, 0, 0, 0, 0]));
    const { tensors: read } = await readWeights(path, specOf("sasrec"), CATALOGUE);
    assert.deepEqual(Object.keys(read).sort(), names.sort());
    Deno.writeFileSync(path, handMade({ ...header, positions }, [...data, 0, 0, 0, 0]));
    assert.match(await refused("sasrec"), /tensor "positions" .*dtype "I64", wanted F32 or I32/);
  });

  it("says when there is no file, or it is none of tensors", async () => {
    assert.equal(await refused("sasrec"), "there is no such file");
    Deno.writeTextFileSync(path, "hello");
    assert.match(await refused("sasrec"), /5 bytes are no safetensors file/);
  });
});

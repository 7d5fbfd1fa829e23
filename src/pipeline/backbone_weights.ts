/**
 * A backbone's weights from a file of the user's: read, and held to what the spec and the data make of the backbone.
 * @module
 */
import { basename } from "node:path";
import { decodeSafetensors, readSafetensorsBytes, safetensorsMetadata } from "../adapters/safetensors.ts";
import { type Mismatch, mismatches } from "../adapters/required_tensors.ts";
import { WeightsError } from "../adapters/weights_error.ts";
import { createBackbone } from "../backbones/registry.ts";
import type { Backbone } from "../backbones/types.ts";
import { DataError } from "../data/errors.ts";
import type { SlicedData } from "../data/types.ts";
import type { PlainTensor, PlainTensors } from "../engine/plain_tensor.ts";
import type { TransformerSpec } from "../spec/types.ts";
import { sha256 } from "./digest.ts";

/** What was read, for provenance. */
export interface WeightsFile {
  /** Without its folder. */
  readonly name: string;
  /** Its size. */
  readonly bytes: number;
  /** In hex: what the backbone is known by. */
  readonly sha256: string;
}

/** Second names that Hugging Face's BertForMaskedLM gives tied tensors: held to be the same, then left out. */
const TIED: Readonly<Record<string, string>> = {
  "cls.predictions.decoder.weight": "bert.embeddings.word_embeddings.weight",
  "cls.predictions.decoder.bias": "cls.predictions.bias",
};

/** What older versions of it save beside weights: 0, 1, 2... as 64-bit integers. */
const NO_WEIGHTS = new Set(["bert.embeddings.position_ids"]);

/** Names shown of a list that may be long. */
const SHOWN = 4;

/**
 * The digest that weights written here carry, so that rows are never read as those of other items: which item stands in which row.
 */
export const catalogueDigest = ({ ids }: SlicedData["catalogue"]): string => sha256(JSON.stringify(ids));

/** Says that the file is not there before anything else is looked at. @throws {DataError} */
export async function mustBeThere(path: string): Promise<void> {
  await refusing(path, () => Deno.stat(path));
}

/**
 * The tensors of `spec.weights` under the backbone's own names.
 *
 * @throws {DataError} naming the file and what is missing, unexpected, of the wrong shape, or of another catalogue.
 */
export async function readWeights(
  path: string,
  spec: TransformerSpec,
  catalogue: SlicedData["catalogue"],
): Promise<{ readonly file: WeightsFile; readonly tensors: PlainTensors }> {
  const { bytes, found } = await refusing(path, async () => {
    const bytes = await readSafetensorsBytes(path);
    return { bytes, found: decodeSafetensors(bytes, path, { leaveOut: NO_WEIGHTS }) };
  });
  const backbone = createBackbone(spec, catalogue.size);
  const tensors = withoutTied(found);
  const problems = [
    ...describeMismatches(mismatches(tensors, backbone.shapes), spec, backbone),
    ...catalogueProblem(safetensorsMetadata(bytes, path), catalogue),
  ];
  if (problems.length > 0) {
    throw refusal(path, `its tensors are not those of this ${spec.kind}:\n  ${problems.join("\n  ")}`);
  }
  return { file: { name: basename(path), bytes: bytes.length, sha256: sha256(bytes) }, tensors };
}

const refusal = (path: string, why: string, cause?: unknown): DataError =>
  new DataError(`Cannot use backbone.weights ${path}: ${why}`, { file: path, cause });

async function refusing<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) throw refusal(path, "there is no such file", cause);
    throw cause instanceof WeightsError ? refusal(path, cause.message, cause) : cause;
  }
}

/** Tensors that are the very same as another under a second name say nothing; where they are not, they stay, and are refused as unexpected. */
function withoutTied(tensors: PlainTensors): PlainTensors {
  const isCopy = (name: string, tensor: PlainTensor) => {
    const other = Object.hasOwn(TIED, name) ? tensors[TIED[name]!] : undefined;
    return other !== undefined && other.values.length === tensor.values.length &&
      other.values.every((value, at) => value === tensor.values[at]);
  };
  return Object.fromEntries(Object.entries(tensors).filter(([name, tensor]) => !isCopy(name, tensor)));
}

function describeMismatches(found: readonly Mismatch[], spec: TransformerSpec, backbone: Backbone): string[] {
  const of = (kind: Mismatch["kind"]) => found.filter((each) => each.kind === kind);
  const missing = of("missing"), unexpected = of("unexpected"), other = of("other");
  const lines = other.slice(0, SHOWN).map(({ name, found, wanted }) =>
    `${JSON.stringify(name)} is ${found}, wanted ${wanted}${reason(name, found!, spec, backbone)}`
  );
  if (other.length > SHOWN) lines.push(`and ${other.length - SHOWN} more of another shape`);
  if (missing.length > 0) lines.push(`missing: ${listed(missing)}`);
  if (unexpected.length > 0) lines.push(`unexpected: ${listed(unexpected)}`);
  if ([...missing, ...unexpected].some(({ name }) => /\.\d+\./.test(name))) {
    lines.push(`backbone.blocks is ${spec.blocks}, backbone.kind ${spec.kind}`);
  }
  return lines;
}

function listed(found: readonly Mismatch[]): string {
  const names = found.slice(0, SHOWN).map(({ name }) => {
    // A tied tensor is unexpected only where it differs.
    const note = Object.hasOwn(TIED, name) ? ` (not the same as ${JSON.stringify(TIED[name])})` : "";
    return JSON.stringify(name) + note;
  });
  return [...names, ...(found.length > SHOWN ? [`and ${found.length - SHOWN} more`] : [])].join(", ");
}

/** Which settings the wanted lengths come from, where the found ones differ. */
function reason(name: string, found: string, spec: TransformerSpec, { shapes, items, itemOffset }: Backbone): string {
  const wanted = shapes[name]!;
  const lengths = /\[(.*)\]/.exec(found)![1]!.split(",").map(Number);
  if (lengths.length !== wanted.length) return "";
  const sources: readonly (readonly [number, string])[] = [
    [itemOffset + items + 1, `the catalogue's ${items} items and ${itemOffset + 1} more`],
    [spec.hidden, `backbone.hidden ${spec.hidden}`],
    [spec.hidden / spec.heads, `backbone.hidden ${spec.hidden} and backbone.heads ${spec.heads}`],
    [spec.ffn, `backbone.ffn ${spec.ffn}`],
    ...[0, 2].map((around) => [spec.maxLength + around, `backbone.maxLength ${spec.maxLength}`] as const),
    [spec.timeBuckets ?? NaN, `backbone.timeBuckets ${spec.timeBuckets}`],
  ];
  const why = wanted.flatMap((length, axis) =>
    length === lengths[axis] ? [] : sources.filter(([value]) => value === length).map(([, text]) => text)
  );
  return why.length === 0 ? "" : ` (by ${[...new Set(why)].join(" or ")})`;
}

function catalogueProblem(metadata: Readonly<Record<string, string>>, catalogue: SlicedData["catalogue"]): string[] {
  if (metadata.catalogue === undefined || metadata.catalogue === catalogueDigest(catalogue)) return [];
  return [
    "its rows are of other items, or of the same in another order: wanted weights of the same data, slices and windows",
  ];
}

/**
 * Sections: what computed this, from which data, with which switches, and how long it took.
 * @module
 */
import { knownDifferences } from "../../spec/known_differences.ts";
import { code, folded, plain, table } from "../markdown.ts";
import { count, fixed } from "../numbers.ts";
import type { FileResult, Results } from "../types.ts";

/** Engine, versions, seeds, checksums, and every switch that differs from the paper preset. */
export function provenanceSection(results: Results): string[] {
  const { spec, data, provenance, differences } = results;
  const { engine, raie, deno, specSha256 } = provenance;
  const facts = [
    [
      "Engine",
      `${code(engine.rung)}: ${plain(engine.version)}, on ${plain(engine.device)}, ${engine.threads} ${
        engine.threads === 1 ? "thread" : "threads"
      }`,
    ],
    ["Versions", `raie ${plain(raie)}, Deno ${plain(deno)}`],
    ["Seeds", spec.seeds.join(", ")],
    ["Preset and budget", `${code(spec.preset)}, ${code(spec.budget)}`],
    ...backboneFacts(results),
    ["Data", `${plain(data.title)} (${code(data.dataset)})`],
    ["Spec (SHA-256)", code(specSha256)],
  ];
  return [
    "## How was it made?",
    table([["", "left"], ["", "left"]], facts),
    ...(data.files.length === 0 ? [] : [
      table(
        [["File read", "left"], ["Bytes", "right"], ["SHA-256", "left"]],
        data.files.map(({ name, bytes, sha256 }) => [code(name), count(bytes), code(sha256)]),
      ),
    ]),
    ...(differences.length === 0 ? ["Every switch is as in the preset `paper`."] : [
      "Switches that differ from the preset `paper`:",
      table(
        [["Switch", "left"], ["Paper", "left"], ["Here", "left"]],
        differences.map((
          { path, paper, value },
        ) => [code(path), code(JSON.stringify(paper) ?? "–"), code(JSON.stringify(value) ?? "–")]),
      ),
    ]),
    ...knownWords(knownDifferences(spec)),
  ];
}

function backboneFacts({ spec, backbone: { weights, checkpoint } }: Results): [string, string][] {
  const read = ({ name, bytes, sha256 }: FileResult) => `${code(name)}, ${count(bytes)} bytes, SHA-256 ${code(sha256)}`;
  if (weights !== undefined) return [["Weights of the backbone", read(weights)]];
  const loss: [string, string] = ["Loss of the backbone", code(spec.backbone.training.loss.kind)];
  if (checkpoint === undefined) return [loss];
  // A model that is made up has no files: its sizes and seed are in the spec.
  const known = checkpoint.bytes === 0 ? `${code(checkpoint.name)}: random weights` : read(checkpoint);
  return [["Checkpoint of the backbone", known], loss];
}

/** Nothing where there are none. */
function knownWords(sentences: readonly string[]): string[] {
  if (sentences.length === 0) return [];
  return [
    "Where the preset `official` knowingly differs from the authors' code:",
    sentences.map((sentence) => `- ${plain(sentence)}`).join("\n"),
  ];
}

/** More rows than this are folded. */
const UNFOLDED = 30;

/** Seconds of each stage and their sum. */
export function durationsSection({ durations }: Results): string[] {
  const total = durations.reduce((sum, { seconds }) => sum + seconds, 0);
  const rows = table([["Stage", "left"], ["Seconds", "right"]], [
    ...durations.map(({ stage, seconds }) => [plain(stage), fixed(seconds, 1)]),
    ["**All**", `**${fixed(total, 1)}**`],
  ]);
  return [
    "## How long did it take?",
    "Seconds when a stage was computed; a stage taken from the store keeps the time of its computation.",
    ...(durations.length <= UNFOLDED ? [rows] : folded(`Seconds of ${count(durations.length)} stages`, [rows])),
  ];
}

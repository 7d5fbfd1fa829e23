/**
 * Section: what computed the cells of a sweep, and from which data; where cells differ, which.
 * @module
 */
import { canonicalJson } from "../../spec/canonical.ts";
import { code, plain, table } from "../markdown.ts";
import { count } from "../numbers.ts";
import type { Results } from "../types.ts";
import { cellsWords } from "./cells.ts";
import type { FinishedCell, SweepFile, SweepResults } from "./types.ts";

/** Engine, versions and data of all cells, and the digest of each cell's spec. */
export function provenanceSection({ file, cells }: SweepResults): string[] {
  const facts = [
    ...factRows(
      file,
      cells,
      "Engine",
      ({ provenance: { engine } }) =>
        `${code(engine.rung)}: ${plain(engine.version)}, on ${plain(engine.device)}, ${engine.threads} ${
          engine.threads === 1 ? "thread" : "threads"
        }`,
    ),
    ...factRows(
      file,
      cells,
      "Versions",
      ({ provenance: { raie, deno } }) => `raie ${plain(raie)}, Deno ${plain(deno)}`,
    ),
    ...factRows(file, cells, "Seeds", ({ spec }) => spec.seeds.join(", ")),
    ...factRows(file, cells, "Preset and budget", ({ spec }) => `${code(spec.preset)}, ${code(spec.budget)}`),
    ...factRows(file, cells, "Data", ({ data }) => `${plain(data.title)} (${code(data.dataset)})`),
  ];
  const files = grouped(cells, ({ data }) => canonicalJson(data.files));
  const same = files.length === 1;
  const read = files.flatMap((group) =>
    (group[0]?.results.data.files ?? []).map(({ name, bytes, sha256 }) => [
      ...(same ? [] : [cellsWords(file, group)]),
      code(name),
      count(bytes),
      code(sha256),
    ])
  );
  return [
    "## How was it made?",
    table([["", "left"], ["", "left"]], facts),
    ...(read.length === 0 ? [] : [table([
      ...(same ? [] : [["Cells", "left"] as const]),
      ["File read", "left"],
      ["Bytes", "right"],
      ["SHA-256", "left"],
    ], read)]),
    table(
      [["Cell", "left"], ["Spec (SHA-256)", "left"]],
      cells.map((cell) => [cellsWords(file, [cell]), code(cell.results.provenance.specSha256)]),
    ),
  ];
}

/** One row where all cells agree, else one for each of what they say. */
function factRows(
  file: SweepFile,
  cells: readonly FinishedCell[],
  name: string,
  of: (results: Results) => string,
): string[][] {
  const groups = grouped(cells, of);
  return groups.map((group) => {
    const text = of(group[0]!.results);
    return [name, groups.length === 1 ? text : `${text} (${cellsWords(file, group)})`];
  });
}

/** Cells that come to the same, in the order of the first of each. */
function grouped(cells: readonly FinishedCell[], of: (results: Results) => string): FinishedCell[][] {
  const groups = new Map<string, FinishedCell[]>();
  for (const cell of cells) groups.set(of(cell.results), [...groups.get(of(cell.results)) ?? [], cell]);
  return [...groups.values()];
}

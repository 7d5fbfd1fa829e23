/**
 * The report of a sweep: one for all its cells, from sweep.json and the cells' results.json alone, the same bytes for the same results.
 * @module
 */
import { join } from "node:path";
import { entriesIfThere, removeIfThere, writeWhole } from "../../files.ts";
import { SIGNIFICANT } from "../../spec/evidence_checks.ts";
import { describe } from "../../spec/describe.ts";
import { renderPng } from "../charts/canvas.ts";
import { plain, series } from "../markdown.ts";
import { plural } from "../numbers.ts";
import { cellsWords, valueWords } from "./cells.ts";
import { isSweepChart, type SweepChart, sweepCharts, uncharted } from "./charts.ts";
import { provenanceSection } from "./provenance.ts";
import { readSweep } from "./sweep_file.ts";
import { cellsTable, costTable, differencesTables, failedTable, figuresTable } from "./tables.ts";
import type { SweepResults } from "./types.ts";
import { sweepVerdict } from "./verdict.ts";

/** Folder of the charts beside report.md. */
const CHARTS = "charts";

/**
 * Writes DIR/report.md and DIR/charts/*.png from DIR/sweep.json and the results of its cells; charts of an earlier report that this one does
 * not have are removed. Gives the path of report.md.
 *
 * @throws {DataError} where a file is missing or is not what it should be.
 */
export async function writeSweepReport(dir: string): Promise<string> {
  const sweep = await readSweep(dir);
  const charts = sweep.cells.length === 0 ? [] : sweepCharts(sweep);
  const folder = join(dir, CHARTS);
  await Deno.mkdir(folder, { recursive: true });
  for (const { file, chart } of charts) await writeWhole(join(folder, file), await renderPng(chart));
  for (const { name } of await entriesIfThere(folder)) {
    if (isSweepChart(name) && !charts.some(({ file }) => file === name)) await removeIfThere(join(folder, name));
  }
  const report = join(dir, "report.md");
  await writeWhole(report, sweepMarkdown(sweep, charts));
  return report;
}

/** The report as Markdown. */
export function sweepMarkdown(sweep: SweepResults, charts: readonly SweepChart[]): string {
  const { file, cells } = sweep;
  const head = [`# ${plain(file.title)}`, sweepVerdict(sweep), ...failedTable(sweep), ...sweptSection(sweep)];
  if (cells.length === 0) return `${head.join("\n\n")}\n`;
  const pictures = (of: SweepChart["shows"]) =>
    charts.filter(({ shows }) => shows === of).map(({ file, alternative }) =>
      `![${plain(alternative)}](${CHARTS}/${file})`
    );
  const differences = differencesTables(sweep);
  return [
    ...head,
    "## What does the setting change?",
    ...pictures("effect"),
    ...unchartedWords(sweep),
    figuresTable(sweep),
    figureWords(sweep),
    ...(differences.length === 0 && pictures("difference").length === 0 ? [] : [
      "## Against whom does it count?",
      ...pictures("difference"),
      ...differences,
      `Differences with their 95\u202f% intervals over users, both methods of one cell on the same resamples and over the seeds both have. Bold is significant: p, which is Holm-corrected over the differences of that cell, is below ${SIGNIFICANT}.`,
    ]),
    "## What did it cost?",
    costTable(sweep),
    "Rows count every epoch; the trained numbers kept are those that inference needs; seconds are those of adapting, when it was computed. One row stands for any value of a setting that it does not change with.",
    ...provenanceSection(sweep),
  ].join("\n\n") + "\n";
}

/** What was asked, what was varied, and the cells. */
function sweptSection(sweep: SweepResults): string[] {
  const { file, cells } = sweep;
  const description = plain(file.description);
  const words = cells.map(({ results }) => describe(results.spec));
  const shared = (words[0] ?? []).filter((sentence) => words.every((other) => other.includes(sentence)));
  const differing = (words[0] ?? []).filter((sentence) => !shared.includes(sentence));
  const first = cells[0] === undefined ? "" : `, at ${cellsWords(file, [cells[0]])}`;
  const swept = file.sweep.map(({ path, values }) => `${plain(path)} is ${series(values.map(valueWords))}.`);
  return [
    "## What was asked?",
    ...(description === "" ? [] : [description]),
    [
      ...swept,
      ...shared.map(plain),
      ...differing.map((sentence) => `${plain(sentence.replace(/\.$/, ""))}${first}.`),
    ].map((sentence) => `- ${sentence}`).join("\n"),
    cellsTable(sweep),
    `Each cell is an experiment of its own, with its results.json in its folder; \`deno task report\` with this folder writes the cells' own reports too. Seconds are those of all its stages when they were computed; new are those of stages that no cell before it has.`,
  ];
}

function unchartedWords(sweep: SweepResults): string[] {
  const left = uncharted(sweep);
  return left === 0
    ? []
    : [`For ${plural(left, "combination")} more of the other settings there are no charts; the tables have them.`];
}

function figureWords({ cells }: SweepResults): string {
  const seeds = new Set(cells.flatMap(({ results }) => results.runs.map(({ seed }) => seed))).size;
  const spread = seeds === 1
    ? "Figures are means over windows, of one seed"
    : "Figures are means over windows and seeds ± one standard error over seeds";
  const intervals = cells.some(({ results }) => results.evidence !== undefined)
    ? " In brackets are 95\u202f% intervals over users."
    : "";
  return `${spread}.${intervals} One row stands for any value of a setting that it does not change with.`;
}

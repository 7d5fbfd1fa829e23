/**
 * report.md: what came out, in an order a reader asks for it, the same bytes for the same results.
 * @module
 */
import { join } from "node:path";
import { removeIfThere, writeWhole } from "../files.ts";
import { renderPng } from "./charts/canvas.ts";
import { CHART_FILES, type ReportChart, reportCharts } from "./charts/report_charts.ts";
import { plain } from "./markdown.ts";
import { settled } from "./results_file.ts";
import { askedSection } from "./sections/asked.ts";
import { auditSection } from "./sections/audit.ts";
import { continualTable } from "./sections/continual.ts";
import { costSection } from "./sections/cost.ts";
import { differencesTables } from "./sections/differences_table.ts";
import { allMeasures, errorWords, methodsTable } from "./sections/methods_table.ts";
import { failuresSection } from "./sections/failures.ts";
import { frontWords } from "./sections/front.ts";
import { groupsSection } from "./sections/groups.ts";
import { durationsSection, provenanceSection } from "./sections/provenance.ts";
import type { Picture } from "./sections/picture.ts";
import { publishedSection } from "./sections/published.ts";
import { regionSections } from "./sections/regions_section.ts";
import { searchSection } from "./sections/search.ts";
import { divergedWords } from "./sections/training_notes.ts";
import { trainedWords, twinWords, warnings } from "./sections/warnings.ts";
import { methodSummaries } from "./summary.ts";
import type { Results } from "./types.ts";
import { verdict } from "./verdict.ts";

/** Folder of the charts beside report.md. */
const CHARTS = "charts";

/**
 * The report as Markdown.
 *
 * @param describe the spec in words, one sentence each, as plain text.
 */
export function renderReport(results: Results, { describe }: { readonly describe: readonly string[] }): string {
  const rounded = settled(results);
  return markdown(rounded, describe, reportCharts(rounded));
}

/** Writes DIR/report.md and DIR/charts/*.png; charts of an earlier report that this one does not have are removed. */
export async function writeReport(dir: string, results: Results, words: readonly string[]): Promise<void> {
  // What is written must not depend on whether results.json was read back in between.
  const rounded = settled(results);
  const charts = reportCharts(rounded);
  await Deno.mkdir(join(dir, CHARTS), { recursive: true });
  for (const { file, chart } of charts) await writeWhole(join(dir, CHARTS, file), await renderPng(chart));
  for (const file of CHART_FILES) {
    if (!charts.some((chart) => chart.file === file)) await removeIfThere(join(dir, CHARTS, file));
  }
  await writeWhole(join(dir, "report.md"), markdown(rounded, words, charts));
}

function markdown(results: Results, words: readonly string[], charts: readonly ReportChart[]): string {
  const picture: Picture = (file) =>
    charts.filter((chart) => chart.file === file).map(({ alternative }) => `![${alternative}](${CHARTS}/${file})`);
  const losses = [...picture("loss_backbone.png"), ...picture("loss_adapters.png")];
  const several = methodSummaries(results).length > 1;
  return [
    `# ${plain(results.spec.title)}`,
    ...warnings(results),
    verdict(results),
    ...failuresSection(results),
    ...askedSection(results, words),
    ...searchSection(results),
    several ? "## Which method adapts best, and which keeps most?" : "## What was reached?",
    methodsTable(results),
    [errorWords(results), ...trainedWords(results), ...twinWords(results)].join(" "),
    ...differencesTables(results),
    ...picture("ablation.png"),
    ...picture("methods.png"),
    "## Is what was learnt paid for with what was known?",
    ...picture("retention.png"),
    ...frontWords(results),
    ...continualTable(results),
    ...groupsSection(results),
    ...costSection(results, picture),
    ...publishedSection(results),
    ...regionSections(results, picture),
    ...(losses.length === 0
      ? []
      : ["## Did training settle?", ...loadedWords(results), ...losses, ...divergedWords(results)]),
    ...auditSection(results),
    ...provenanceSection(results),
    ...durationsSection(results),
    "## Everything measured",
    ...allMeasures(results),
  ].join("\n\n") + "\n";
}

/** Why there is no curve of the backbone. */
const loadedWords = ({ backbone }: Results): string[] =>
  backbone.weights === undefined ? [] : ["The backbone's weights were read from a file; its training is not known."];

/**
 * The plan of a sweep: its cells, and the stages they share counted once.
 * @module
 */
import type { PlannedStage } from "../pipeline/plan.ts";
import { settingWords } from "../spec/cell_names.ts";
import { describe } from "../spec/describe.ts";
import { CELLS, type Sweep } from "../spec/sweep.ts";
import { stageLines } from "./plan_text.ts";

/** What was planned for one cell. */
export interface PlannedCell {
  readonly engine: string;
  readonly stages: readonly PlannedStage[];
  /** Why there are none. */
  readonly missing?: string;
}

/** A cell's stages that no cell before it has. */
interface Share {
  readonly own: readonly PlannedStage[];
  readonly shared: number;
}

/** For each cell its own stages; one that several have is the first one's. */
function shares(cells: readonly PlannedCell[]): Share[] {
  const seen = new Set<string>();
  return cells.map(({ stages }) => {
    const own = stages.filter(({ key }) => !seen.has(key));
    for (const { key } of stages) seen.add(key);
    return { own, shared: stages.length - own.length };
  });
}

const isStored = ({ cachedSeconds }: PlannedStage): boolean => cachedSeconds !== undefined;

/** One object, a cell an entry, every setting in it. */
export function sweepPlanJson(sweep: Sweep, cells: readonly PlannedCell[]): unknown {
  const parts = shares(cells);
  const distinct = parts.flatMap(({ own }) => own);
  return {
    name: sweep.name,
    sweep: sweep.paths,
    stages: { distinct: distinct.length, stored: distinct.filter(isStored).length },
    cells: cells.map(({ engine, stages, missing }, i) => {
      const { folder, settings, spec } = sweep.cells[i]!;
      const own = new Set(parts[i]!.own.map(({ key }) => key));
      return {
        cell: `${CELLS}/${folder}`,
        settings: Object.fromEntries(settings.map(({ path, value }) => [path, value])),
        spec,
        engine,
        stages: stages.map((stage) => ({ ...stage, shared: !own.has(stage.key) })),
        missing,
      };
    }),
  };
}

/** What the cells have in common in words, then cell by cell the stages that none before it has. */
export function sweepPlanText(sweep: Sweep, cells: readonly PlannedCell[]): string {
  const words = sweep.cells.map(({ spec }) => describe(spec));
  const common = (words[0] ?? []).filter((sentence) => words.every((other) => other.includes(sentence)));
  const swept = sweep.paths.map(({ path, values }) =>
    `${path} is ${values.map((value) => JSON.stringify(value)).join(", ")}`
  );
  const parts = shares(cells);
  const distinct = parts.flatMap(({ own }) => own);
  const sum = cells.reduce((total, { stages }) => total + stages.length, 0);
  const missing = [...new Set(cells.flatMap(({ missing }) => missing ?? []))];
  return [
    `${sweep.name}: a sweep of ${cells.length} ${cells.length === 1 ? "cell" : "cells"}`,
    ...swept.map((line) => `  ${line}`),
    "",
    ...common,
    "",
    `Engine: ${cells[0]?.engine ?? ""}`,
    ...(missing.length === 0 ? [] : [
      "",
      `The spec was read without a problem; stages and sizes are not known${
        missing.length === 1 && cells.every((cell) => cell.missing !== undefined) ? "" : " for some cells"
      }: ${missing.join("; ")}`,
    ]),
    ...(distinct.length === 0 ? [] : [
      `Stages: ${distinct.length}, of which ${
        distinct.filter(isStored).length
      } are in the store (${sum} if cells shared none)`,
    ]),
    ...cells.flatMap(({ stages }, i) => {
      const { folder, settings } = sweep.cells[i]!;
      const { own, shared } = parts[i]!;
      const counts = stages.length === 0
        ? "no stages known"
        : `${own.length} of ${stages.length} stages are its own${
          shared === 0 ? "" : `, ${shared} are those of cells before it`
        }`;
      return [
        "",
        `Cell ${i + 1} of ${cells.length}: ${settingWords(settings)} (${CELLS}/${folder}): ${counts}`,
        ...stageLines(own),
      ];
    }),
  ].join("\n");
}

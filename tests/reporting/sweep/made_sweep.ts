/**
 * Made-up sweeps: what tests of their report draw and tell.
 */
import type { Json } from "../../../src/spec/json.ts";
import { cellNames } from "../../../src/spec/cell_names.ts";
import type { FinishedCell, SweepResults } from "../../../src/reporting/sweep/types.ts";
import type { MadeP } from "../made_evidence.ts";
import { type MadeMethod, madeResults, withoutEvidence } from "../results_fixture.ts";

/** One cell: its settings in the order of the paths, and what its methods reach. */
export interface MadeCell {
  readonly settings: readonly Json[];
  readonly methods: readonly MadeMethod[];
  readonly p?: MadeP;
  readonly failed?: string;
}

/** What a made-up sweep can vary beside its cells. */
export interface MadeSweep {
  readonly paths?: readonly string[];
  readonly cells: readonly MadeCell[];
  readonly seeds?: readonly number[];
  readonly windows?: number;
  /** Label of the method compared with. */
  readonly reference?: string;
  /** Control's label -> the raie's. */
  readonly controls?: Readonly<Record<string, string>>;
  readonly tested?: boolean;
}

/** The base and lora, the same whatever is swept. */
export const QUIET: readonly MadeMethod[] = [
  { kind: "base", measures: { S: .14, F1: .09, T: .088 }, steps: 0 },
  { kind: "lora", measures: { S: .15, F1: .15, T: .075 } },
];

/** A raie that reaches so much on S and T. */
export const raie = (S: number, T: number, steps = 200): MadeMethod => ({
  kind: "raie",
  label: "RAIE",
  measures: { S, F1: .14, T },
  steps,
  regions: 3,
});

/** A sweep over regions.k, or other paths. */
export function madeSweep(made: MadeSweep): SweepResults {
  const { paths = ["regions.k"], cells, seeds = [1], windows = 1820, reference = "RAIE", controls = {} } = made;
  const settings = cells.map((cell) => paths.map((path, i) => ({ path, value: cell.settings[i] ?? null })));
  const names = cellNames(settings);
  const entries = cells.map(({ failed }, i) => ({
    folder: `cells/${names[i]}`,
    settings: Object.fromEntries(settings[i]!.map(({ path, value }) => [path, value])),
    ...(failed !== undefined && { failed }),
  }));
  const file = {
    $schema: "../../src/reporting/sweep.schema.json",
    version: 1 as const,
    name: "made-up",
    title: "How many regions?",
    description: "What regions add.",
    sweep: paths.map((path, i) => {
      const texts = [...new Set(cells.map((cell) => JSON.stringify(cell.settings[i] ?? null)))];
      return { path, values: texts.map((text): Json => JSON.parse(text)) };
    }),
    cells: entries,
  };
  const finished = cells.flatMap(({ methods, p, failed }, i): FinishedCell[] => {
    if (failed !== undefined) return [];
    const make = made.tested === false ? withoutEvidence : madeResults;
    const plain = make({ methods, seeds, windows, ...(p && { p }), spread: 0 });
    const spec = {
      ...plain.spec,
      report: { ...plain.spec.report, reference },
      methods: plain.spec.methods.map((method) => {
        const control = controls[method.label];
        return control === undefined ? method : { ...method, control };
      }),
    };
    return [{ ...entries[i]!, results: { ...plain, name: `made-up/${entries[i]!.folder}`, spec } }];
  });
  return { file, cells: finished };
}

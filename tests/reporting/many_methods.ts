/**
 * Experiments with more methods than a reader keeps in mind: every kind there is, and variants of one kind.
 */
import type { MadeMethod } from "./results_fixture.ts";

/** One method of each kind and an ablation, near one another as they are in practice. */
export const TWELVE: readonly MadeMethod[] = [
  { kind: "base", measures: { S: .1394, F1: .0833, T: .0793 }, steps: 0 },
  { kind: "full", measures: { S: .0921, F1: .1612, T: .0688 }, steps: 642, parameters: 583_424 },
  { kind: "lora", measures: { S: .1602, F1: .0925, T: .0723 }, steps: 33 },
  { kind: "replay", measures: { S: .1588, F1: .0931, T: .0801 }, steps: 33, setupRows: 8187 },
  { kind: "lwf", measures: { S: .1571, F1: .0911, T: .0797 }, steps: 33 },
  { kind: "ewc", measures: { S: .1566, F1: .0902, T: .0795 }, steps: 33 },
  { kind: "lsat", measures: { S: .1534, F1: .1011, T: .0812 }, steps: 90, setupRows: 4775, parameters: 279_296 },
  { kind: "mole", measures: { S: .1542, F1: .1102, T: .0809 }, steps: 33, parameters: 201_400 },
  { kind: "ebpr", measures: { S: .1391, F1: .0841, T: .0796 }, steps: 20, parameters: 185_344 },
  { kind: "proximal", measures: { S: .1559, F1: .0966, T: .0804 }, steps: 33 },
  {
    kind: "raie",
    label: "RAIE",
    measures: { S: .1553, F1: .1462, T: .0872 },
    steps: 209,
    setupRows: 19_076,
    regions: 3,
  },
  {
    kind: "raie",
    label: "RAIE without Add",
    measures: { S: .1549, F1: .1431, T: .0858 },
    steps: 201,
    setupRows: 18_200,
    regions: 3,
  },
];

const raie = (label: string, S: number, T: number, regions: number): MadeMethod => ({
  kind: "raie",
  label,
  measures: { S, F1: T + .06, T },
  steps: 110 + 30 * regions,
  setupRows: 19_000,
  regions,
});

/** Base, lora, the ablations of RAIE and its numbers of regions. */
export const FIFTEEN: readonly MadeMethod[] = [
  ...TWELVE.slice(0, 1),
  ...TWELVE.slice(2, 3),
  raie("RAIE", .1553, .0872, 3),
  raie("RAIE without editing", .1561, .0855, 3),
  raie("RAIE without Update", .1558, .0861, 3),
  raie("RAIE without Expand", .1551, .0874, 3),
  raie("RAIE without Add", .1549, .0858, 3),
  raie("RAIE with random regions", .1502, .0801, 3),
  raie("RAIE with one adapter", .1523, .0812, 3),
  raie("RAIE K=1", .1571, .0791, 1),
  raie("RAIE K=2", .1562, .0843, 2),
  raie("RAIE K=4", .1541, .0868, 4),
  raie("RAIE K=5", .1532, .0866, 5),
  raie("RAIE K=6", .1527, .0851, 6),
  raie("RAIE K=8", .1508, .0847, 8),
];

/** RAIE with its control and two ablations: one that changes nothing to speak of, one that loses. */
export const ABLATION: readonly MadeMethod[] = [
  ...TWELVE.slice(0, 1),
  raie("RAIE", .1553, .0872, 3),
  { ...raie("RAIE K=1", .1571, .0661, 1), control: "RAIE" },
  raie("RAIE without editing", .1561, .0855, 3),
  raie("RAIE with random regions", .1302, .0601, 3),
];

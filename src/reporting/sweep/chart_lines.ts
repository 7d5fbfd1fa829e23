/**
 * The lines of a sweep's charts: which methods, in which look, with which points.
 * @module
 */
import { chartName } from "../charts/frame.ts";
import { dashOf, lookOf } from "../charts/palette.ts";
import type { SettingLine, SettingPoint } from "../charts/setting_panel.ts";
import type { ChartedCells } from "./charts.ts";
import { figureIn, measureOf, type MethodEffect, methodEffects } from "./effects.ts";
import { type Pair, pairDifference } from "./pairs.ts";
import type { SweepResults } from "./types.ts";

/** Bands of more methods than these would cover each other. */
const BANDS = 3;

/** Methods' figures on a slice; one that the path along the axis does not concern is a level line. */
export function effectLines(sweep: SweepResults, charted: ChartedCells, slice: string): SettingLine[] {
  const measure = measureOf(sweep);
  const effects = methodEffects(sweep);
  const moves = ({ paths }: MethodEffect) => paths.includes(charted.path);
  const bands = effects.filter(moves).length <= BANDS;
  const quiet = effects.filter((effect) => !moves(effect));
  return effects.flatMap((effect): SettingLine[] => {
    const look = lookOf(effect);
    const points = charted.cells.flatMap(({ tick, cell }): SettingPoint[] => {
      const own = effect.cells.find((each) => each.cell === cell);
      const figure = own === undefined ? undefined : figureIn(own, slice, measure);
      if (figure === undefined) return [];
      const { mean: y, interval } = figure;
      return [{ tick, y, ...(interval !== undefined && { interval }), hollow: look.hollow }];
    }).toSorted((a, b) => a.tick - b.tick);
    if (points.length === 0) return [];
    const { label } = effect;
    // A control has its raie's colour: the dash tells it apart, and two bands of one colour would not.
    const alone = effect.control === undefined;
    const dash = alone ? [] : dashOf(1);
    if (moves(effect)) return [{ label, look, dash, style: bands && alone ? "band" : "whiskers", points }];
    return [{ label, look, dash: dashOf(1 + quiet.indexOf(effect)), style: "level", points: points.slice(0, 1) }];
  });
}

/** Differences of pairs on a slice: filled where significant. */
export function differenceLines(pairs: readonly Pair[], charted: ChartedCells, slice: string): SettingLine[] {
  const partners = new Set(pairs.map(({ to }) => to)).size;
  return pairs.flatMap((pair): SettingLine[] => {
    const { effect, to } = pair;
    const { label } = effect;
    const points = charted.cells.filter(({ cell }) => pair.cells.includes(cell)).flatMap(
      ({ tick, cell }): SettingPoint[] => {
        const found = pairDifference(pair, cell, slice);
        if (found === undefined) return [];
        const { value: y, test } = found;
        return [{
          tick,
          y,
          ...(test !== undefined && { interval: test.interval }),
          hollow: test?.significant !== true,
        }];
      },
    ).toSorted((a, b) => a.tick - b.tick);
    if (points.length === 0) return [];
    const name = partners === 1 ? label : `${chartName(label, 12)} less ${chartName(to, 8)}`;
    return [{ label: name, look: lookOf(effect), dash: [], style: "whiskers", points }];
  });
}

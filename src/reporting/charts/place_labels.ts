/**
 * Where names stand beside points.
 * @module
 */

/** A point in pixels and the width of its name. */
export interface Labelled {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** A rectangle in pixels. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const HEIGHT = 18;
const POINT = 10;
const GAPS = [14, 22, 32, 46];

/** A name across a line is read more easily than a name across a name. */
const LINE_COST = .5;

/**
 * Chooses a place for every name, in the order given: the first of the diagonals, right, left, above and below, near before far, that lies
 * inside the area and covers no point, no line and no name placed before; where there is none, the one that covers least.
 *
 * @param lines boxes around lines that names should keep off.
 * @returns the left end and the middle height of each name.
 */
export function placeLabels(
  points: readonly Labelled[],
  area: Box,
  lines: readonly Box[] = [],
): { readonly x: number; readonly y: number }[] {
  const taken: Box[] = points.map(({ x, y }) => ({
    left: x - POINT,
    right: x + POINT,
    top: y - POINT,
    bottom: y + POINT,
  }));
  return points.map((point) => {
    const places = GAPS.flatMap((gap) => around(point, gap));
    const costs = places.map((box) => 10 * outside(box, area) + covered(box, taken) + LINE_COST * covered(box, lines));
    const best = places[costs.indexOf(Math.min(...costs))]!;
    taken.push(best);
    return { x: best.left, y: (best.top + best.bottom) / 2 };
  });
}

function around({ x, y, width }: Labelled, gap: number): Box[] {
  const near = gap * .75;
  return [
    [x + near, y - near - 4],
    [x + near, y + near + 4],
    [x - near - width, y - near - 4],
    [x - near - width, y + near + 4],
    [x + gap, y],
    [x - gap - width, y],
    [x - width / 2, y - gap - 6],
    [x - width / 2, y + gap + 6],
  ].map(([left = 0, middle = 0]) => ({
    left,
    right: left + width,
    top: middle - HEIGHT / 2,
    bottom: middle + HEIGHT / 2,
  }));
}

const overlap = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
  Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));

const covered = (box: Box, others: readonly Box[]): number =>
  others.reduce((sum, other) => sum + overlap(box, other), 0);

/** The part of a box that lies outside an area. */
const outside = (box: Box, area: Box): number => (box.right - box.left) * (box.bottom - box.top) - overlap(box, area);

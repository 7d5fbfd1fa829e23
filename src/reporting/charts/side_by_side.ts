/**
 * Panels side by side in one chart: axes that share the width below it.
 * @module
 */

/** Width of an axis, in the unit of gaps. */
const WIDTH = 10;

/**
 * Axes at the bottom, one beside the other, by their ids; between them lie axes that show nothing.
 *
 * @param gap width of what keeps two of them apart; an axis is 10 wide.
 */
export function sideBySide<Axis extends object>(axes: readonly (readonly [id: string, axis: Axis])[], gap: number) {
  const placed = { position: "bottom" as const, stack: "panels" };
  return Object.fromEntries(axes.flatMap(([id, axis], i) => {
    const own = [id, { ...axis, ...placed, stackWeight: WIDTH }] as const;
    return i === 0 ? [own] : [[`gap ${i}`, { ...NOTHING, ...placed, stackWeight: gap }] as const, own];
  }));
}

const NOTHING = {
  type: "linear" as const,
  ticks: { display: false },
  grid: { display: false },
  border: { display: false },
};

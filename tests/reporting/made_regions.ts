/**
 * Made-up regions, and the numbers that made-up results are of.
 */
import type { RegionResult, RegionsResult, Results } from "../../src/reporting/types.ts";

/** Regions of a method that begins with so many and adds one on the first F slice. */
export function madeRegions(slices: readonly string[], seed: number, built: number): RegionsResult {
  const tags = slices.slice(1, -1);
  const after = Array.from({ length: built + 1 }, (_, k) => ({
    name: `R${k + 1}`,
    size: k === built ? 262.25 : [2140, 1480, 1155.5][k % 3]!,
    radius: k === built ? .58 : [.71, .66, .83][k % 3]!,
    kappa: k === built ? 77.9 : [52.4, 61.2, 40.8][k % 3]!,
    pi: k === built ? .052 : [.425, .294, .229][k % 3]! * 3 / built,
    moved: k === built ? 0 : [.031, .012, .118][k % 3]!,
  })).map((region) => ({ ...region, pi: Math.min(1, region.pi) }));
  const counts = (total: number, shares: readonly number[]) => {
    const sum = shares.reduce((all, share) => all + share, 0);
    return shares.map((share) => Math.round(total * share / sum));
  };
  const shares = slices.map((_, i) => {
    const old = i === 0 ? [.48, .33, .18] : i === slices.length - 1 ? [.33, .29, .22] : [.4, .31, .23];
    const added = i === 0 ? .01 : i === slices.length - 1 ? .16 : .06;
    return after.map((_, k) => k === built ? added * built / 3 : old[k % 3]!);
  });
  const map = madeMap(slices, seed, built);
  const moves = [[61, 7, 9, 4], [5, 44, 3, 6], [4, 2, 27, 5], [0, 0, 1, 3]];
  return {
    before: after.slice(0, built).map((region, k) => ({
      ...region,
      size: [1790, 1320, 880][k % 3]!,
      radius: region.radius - .04,
      moved: 0,
    })),
    after,
    edits: tags.map((slice, i) => {
      // Less is new from slice to slice, and seeds do not agree.
      const shift = 120 * i + (seed === 1 ? 0 : Math.round(90 * noise(`edits ${slice} ${seed}`)));
      return {
        slice,
        update: 1874 + shift,
        expand: 402 + (shift >> 2),
        add: 453 - shift - (shift >> 2),
        withheld: 0,
        merged: i === 2 ? 1 : 0,
        accepted: i === 0 ? 1 : 0,
        refused: 2,
        fellBack: 191,
      };
    }),
    routing: Object.fromEntries(slices.map((slice, i) => [slice, counts(slice === "S" ? 4775 : 2000, shares[i]!)])),
    flows: slices.slice(1).map((to, i) => ({
      from: slices[i]!,
      to,
      counts: after.map((_, a) =>
        after.map((_, b) =>
          moves[a === built ? 3 : a % 3]![b === built ? 3 : b % 3]! / (a === b || built < 4 ? 1 : 2) | 0
        )
      ),
    })),
    map,
    notes: ["posterior gate: Expand cannot fire with these constants"],
  };
}

function madeMap(slices: readonly string[], seed: number, built: number): RegionsResult["map"] {
  const places = Array.from(
    { length: built + 1 },
    (_, k) => [[-.6, .3], [.5, .55], [.1, -.5], [.75, -.35]][k] ?? [.8 * Math.cos(2 * k), .8 * Math.sin(2 * k)],
  );
  const points = slices.flatMap((slice, s) =>
    Array.from({ length: 150 }, (_, i) => {
      const draw = (what: string) => noise(`${what} ${slice} ${i} ${seed}`);
      const bound = s === 0 ? built : built + 1;
      const region = Math.floor((draw("region") + 1) / 2 * bound) % bound;
      const reach = .3 * Math.sqrt(Math.abs(draw("reach")));
      const angle = Math.PI * draw("angle");
      const [x = 0, y = 0] = places[region] ?? [];
      return { slice, region, x: x + reach * Math.cos(angle) + .04 * s, y: y + reach * Math.sin(angle) };
    })
  );
  return {
    x: points.map(({ x }) => x),
    y: points.map(({ y }) => y),
    slice: points.map(({ slice }) => slice),
    region: points.map(({ region }) => region),
    before: points.map(({ region }) => region % built),
    centres: {
      before: places.slice(0, built).map(([x = 0, y = 0]) => ({ x, y })),
      after: places.map(([x = 0, y = 0], k) => ({ x: x + (k === built - 1 ? .02 : k === 0 ? .25 : 0), y })),
    },
  };
}

/** A number in [-1, 1) that depends on a text alone (FNV-1a, mixed). */
export function noise(text: string): number {
  let hash = 2166136261;
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 31 - 1;
}

/** Results whose runs have other regions. */
export const withRegions = (results: Results, change: (regions: RegionsResult) => RegionsResult): Results => ({
  ...results,
  runs: results.runs.map((run) => run.regions === undefined ? run : { ...run, regions: change(run.regions) }),
});

/** R1 and R2 of three as one region, R3 gone, and the one that was added. */
export function mergedRegions(regions: RegionsResult): RegionsResult {
  const [first, second, , added] = regions.after as readonly [RegionResult, RegionResult, RegionResult, RegionResult];
  const merged = { ...first, name: "R1+R2", size: first.size + second.size, pi: first.pi + second.pi, moved: 0 };
  const joined = (counts: readonly number[]) => [counts[0]! + counts[1]!, counts[2]! + counts[3]!];
  const { before = [], centres = { before: [] }, ...map } = regions.map;
  return {
    ...regions,
    after: [merged, added],
    routing: Object.fromEntries(Object.entries(regions.routing).map(([slice, counts]) => [slice, joined(counts)])),
    flows: regions.flows.map(({ counts, ...flow }) => {
      const rows = counts.map(joined);
      return { ...flow, counts: [0, 2].map((row) => rows[row]!.map((count, i) => count + rows[row + 1]![i]!)) };
    }),
    map: {
      ...map,
      region: map.region.map((region) => region < 2 ? 0 : 1),
      before,
      centres: { before: centres.before, after: [{ x: -.1, y: .4 }, { x: .75, y: -.35 }] },
    },
  };
}

/**
 * The order in which combinations of a search's values are tried.
 * @module
 */
import { sha256 } from "./canonical.ts";
import type { SearchPath } from "./search_paths.ts";

/** One value of each of some paths, by its number. */
export type Combination = readonly { readonly path: SearchPath; readonly at: number }[];

/** How many combinations there are. */
export const countOf = (paths: readonly SearchPath[]): number =>
  paths.reduce((product, { values }) => product * values.length, 1);

/** All combinations in the order of the space; the first path's values vary slowest. None without a path. */
export function allOf(paths: readonly SearchPath[]): Combination[] {
  if (paths.length === 0) return [];
  return paths.reduce<Combination[]>(
    (done, path) => done.flatMap((one) => path.values.map((_, at) => [...one, { path, at }])),
    [[]],
  );
}

/**
 * All combinations in drawn order: those of the settings that methods share (below `lora`) are drawn once for all of them, so that every method
 * is tried with the same, and those of a method's own beside them. Each shared combination comes once before any comes twice.
 *
 * @param who whose combinations they are: its own settings are drawn for it alone.
 * @param seed of the draw: another one gives another order.
 */
export function drawn(who: string, paths: readonly SearchPath[], seed: number): Combination[] {
  const isShared = ({ path }: SearchPath) => path.startsWith("lora.");
  const shared = shuffled(allOf(paths.filter(isShared)), `${seed}`);
  const own = shuffled(allOf(paths.filter((path) => !isShared(path))), `${seed} ${who}`);
  if (shared.length === 0 || own.length === 0) return [...shared, ...own];
  const inOrder = (combination: Combination) =>
    combination.toSorted((a, b) => paths.indexOf(a.path) - paths.indexOf(b.path));
  return own.flatMap((_, round) =>
    shared.map((one, index) => inOrder([...one, ...own[(index + round) % own.length]!]))
  );
}

/** An order that the digests of a seed and the settings give. */
function shuffled(all: readonly Combination[], seed: string): Combination[] {
  const place = (combination: Combination) =>
    sha256(
      `${seed} ${
        combination.map(({ path: { path, values }, at }) => `${path}=${JSON.stringify(values[at])}`).join(" ")
      }`,
    );
  const placed = all.map((combination) => ({ combination, place: place(combination) }));
  return placed.sort((a, b) => a.place < b.place ? -1 : 1).map(({ combination }) => combination);
}

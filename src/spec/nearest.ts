/**
 * The nearest name for a typo.
 * @module
 */

/**
 * Levenshtein distance with transpositions of neighbours counted as one (optimal string alignment).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(editDistance("kitten", "sitting"), 3);
 * assert.equal(editDistance("windwos", "windows"), 1);
 * ```
 */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, substitution);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/**
 * The name most like `word`, or undefined when none is near: a third of its letters may differ, at least one and at most four.
 * Else the only name that begins with a word of three letters or more. Case does not count. Words of more than 64 characters have
 * no neighbours: they are no typos.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(nearestName("sasrek", ["sasrec", "bert4rec"]), "sasrec");
 * assert.equal(nearestName("zebra", ["sasrec", "bert4rec"]), undefined);
 * ```
 */
export function nearestName(word: string, names: Iterable<string>): string | undefined {
  if (word.length > 64) return undefined;
  const allowed = Math.min(4, Math.max(1, Math.floor(word.length / 3)));
  let best: string | undefined;
  let least = allowed + 1;
  for (const name of names) {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase());
    if (distance < least) {
      least = distance;
      best = name;
    }
  }
  if (best !== undefined || word.length < 3) return best;
  const longer = [...names].filter((name) => name.toLowerCase().startsWith(word.toLowerCase()));
  return longer.length === 1 ? longer[0] : undefined;
}

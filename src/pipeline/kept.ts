/**
 * Keeping what has been computed from an object for as long as the object is held.
 * @module
 */

/**
 * The same function, computing once for each object and what comes with it. A computation that failed is begun anew when it is asked for again.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * let calls = 0;
 * const lengths = kept((words: string[], plus: number) => ++calls && words.length + plus);
 * const words = ["a", "b"];
 * assert.deepEqual([lengths(words, 1), lengths(words, 1), lengths(words, 2), calls], [3, 3, 4, 2]);
 * ```
 */
export function kept<K extends object, M extends readonly number[], T>(
  compute: (of: K, ...more: M) => T,
): (of: K, ...more: M) => T {
  const results = new WeakMap<K, Map<string, T>>();
  return (of, ...more) => {
    const own = results.get(of) ?? new Map<string, T>();
    results.set(of, own);
    const name = more.join();
    if (!own.has(name)) {
      const result = compute(of, ...more);
      own.set(name, result);
      // Whoever waits for the promise hears of its failure; here it is but forgotten.
      if (result instanceof Promise) result.catch(() => own.delete(name));
    }
    return own.get(name)!;
  };
}

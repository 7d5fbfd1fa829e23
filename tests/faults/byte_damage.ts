/**
 * What can happen to the bytes of a file, for fast-check.
 * @module
 */
import fc from "fast-check";

/** One thing that happens; places are shares of the length, so that they fit files of any size. */
export type Damage =
  | { readonly kind: "set"; readonly at: number; readonly values: Uint8Array }
  | { readonly kind: "insert"; readonly at: number; readonly values: Uint8Array }
  | { readonly kind: "flip"; readonly at: number; readonly bit: number }
  | { readonly kind: "cut"; readonly at: number }
  | { readonly kind: "drop" | "double"; readonly at: number; readonly length: number };

const share = fc.double({ min: 0, max: 1, noNaN: true });
/** Bytes where fields have their borders, beside any others. */
const values = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 8 }),
  fc.constantFrom(0, 1, 0x7f, 0x80, 0xff).chain((byte) =>
    fc.constantFrom(1, 2, 4, 8).map((length) => new Uint8Array(length).fill(byte))
  ),
);

/** One to four things that happen to the same file. `place` says where, as a share of its length. */
export function damages(place: fc.Arbitrary<number> = share): fc.Arbitrary<readonly Damage[]> {
  const length = fc.integer({ min: 1, max: 64 });
  const one: fc.Arbitrary<Damage> = fc.oneof(
    fc.record({ kind: fc.constant("set" as const), at: place, values }),
    fc.record({ kind: fc.constant("insert" as const), at: place, values }),
    fc.record({ kind: fc.constant("flip" as const), at: place, bit: fc.nat(7) }),
    fc.record({ kind: fc.constant("cut" as const), at: place }),
    fc.record({ kind: fc.constantFrom("drop" as const, "double" as const), at: place, length }),
  );
  return fc.array(one, { minLength: 1, maxLength: 4 });
}

/** The bytes after all of it. */
export function damaged(bytes: Uint8Array, list: readonly Damage[]): Uint8Array<ArrayBuffer> {
  let now = Uint8Array.from(bytes);
  for (const damage of list) {
    const at = Math.min(now.length - 1, Math.floor(damage.at * now.length));
    if (now.length === 0) return now;
    if ("bit" in damage) now[at]! ^= 1 << damage.bit;
    else if ("length" in damage) {
      const [end, next] = damage.kind === "drop" ? [at, at + damage.length] : [at + damage.length, at];
      now = joined(now.subarray(0, end), now.subarray(next));
    } else if (damage.kind === "cut") now = now.slice(0, at);
    else if (damage.kind === "set") now.set(damage.values.subarray(0, now.length - at), at);
    else now = joined(now.subarray(0, at), damage.values, now.subarray(at));
  }
  return now;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

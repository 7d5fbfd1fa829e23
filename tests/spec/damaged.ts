/** Specs gone wrong as text: other bytes. */
import fc from "fast-check";
import { VALID } from "./valid.ts";

/** Words that look like JSON, and characters that do things. */
export const TOKENS = [
  ...["NaN", "-Infinity", "-0", "1e999", "1e-999", "9007199254740993", "0x1", "01", "+1", ".5", "undefined", "None"],
  ...[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    "'",
    "\\",
    "/* x */",
    "// x\n",
    "#",
    "\u0000",
    "\u001b[2J",
    "\u202e",
    "\ufeff",
  ],
  ...[
    '"\\ud800"',
    '"__proto__": {"k": 5},',
    '"constructor": 1,',
    '"name": "twice",',
    "null",
    "[[[[",
    "\r",
    "\r\n",
    "\u2028",
  ],
];
const BYTES = [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf8, 0x88], [0xc0, 0xaf], [0xef, 0xbb, 0xbf], [0]];
const NUMBERS = [
  ...["-0", "0", "0.0", "1e0", "4.0", "1E+1", "0.5", "1e-999", "1e999", "1e39", "1e-46"],
  ...["9007199254740993", "0.49999999999999999999999", "1.00000000000000000000001", `0.${"3".repeat(150)}`],
];

type Damage = (bytes: readonly number[], place: number) => readonly number[];

const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57;
const encoded = (text: string): number[] => [...new TextEncoder().encode(text)];
const insert = (token: readonly number[]): Damage => (bytes, place) => [
  ...bytes.slice(0, place),
  ...token,
  ...bytes.slice(place),
];

/** Puts another number in the place of the next one. */
const renumber = (number: readonly number[]): Damage => (bytes, place) => {
  const start = bytes.findIndex((byte, index) => index >= place && isDigit(byte));
  const end = bytes.findIndex((byte, index) => index > start && !isDigit(byte) && byte !== 46);
  return start < 0 || end < 0 ? bytes : [...bytes.slice(0, start), ...number, ...bytes.slice(end)];
};

const repeatLine: Damage = (bytes, place) => {
  const start = bytes.lastIndexOf(10, place) + 1;
  const end = bytes.indexOf(10, place) < 0 ? bytes.length : bytes.indexOf(10, place) + 1;
  return [...bytes.slice(0, end), ...bytes.slice(start, end), ...bytes.slice(end)];
};

const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.nat(7).map((bit): Damage => (bytes, place) => bytes.with(place, bytes[place]! ^ (1 << bit))),
  fc.nat(40).map((length): Damage => (bytes, place) => [...bytes.slice(0, place), ...bytes.slice(place + length)]),
  fc.constant<Damage>((bytes, place) => bytes.slice(0, place)),
  { weight: 2, arbitrary: fc.constantFrom(...TOKENS).map((token) => insert(encoded(token))) },
  { weight: 2, arbitrary: fc.constantFrom(...BYTES).map(insert) },
  { weight: 4, arbitrary: fc.constantFrom(...NUMBERS).map((number) => renumber(encoded(number))) },
  { weight: 2, arbitrary: fc.constant(repeatLine) },
  fc.constant<Damage>((bytes) => bytes.flatMap((byte) => byte === 10 ? [13, 10] : [byte])),
  fc.constant<Damage>((bytes) => bytes.flatMap((byte) => byte === 10 ? [13] : [byte])),
  fc.constant<Damage>((bytes) => [0xef, 0xbb, 0xbf, ...bytes]),
);

/** Up to so many damages, each with its place as a share of the text. */
function placed(most: number) {
  // fc.double would draw from all exponents alike: nearly always the first character.
  const share = fc.nat(9999).map((place) => place / 10_000);
  return fc.array(fc.tuple(damage, share), { minLength: 1, maxLength: most });
}

/** The bytes of a valid spec, damaged at one to three places: bits, cuts, strange words, doubled lines, other line ends, no UTF-8. */
export const damaged: fc.Arbitrary<Uint8Array> = fc.record({
  spec: fc.nat(VALID.length - 1),
  damages: fc.oneof({ weight: 2, arbitrary: placed(1) }, { weight: 1, arbitrary: placed(3) }),
}).map(({ spec, damages }) => {
  let bytes: readonly number[] = encoded(JSON.stringify(VALID[spec], null, 2));
  for (const [one, place] of damages) if (bytes.length > 0) bytes = one(bytes, Math.floor(place * bytes.length));
  return Uint8Array.from(bytes);
});

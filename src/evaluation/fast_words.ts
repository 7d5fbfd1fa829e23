/**
 * Many random words at a time: xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", TOMS 2021), begun anew
 * for each batch of resamples from four words of a counter-based stream. Philox alone, at 10 ns a word, would take the bootstrap past its
 * two seconds.
 * @module
 */
import { stream } from "../engine/random.ts";

/** Adds to `counts[lane + lanes * user]` how often each of `users` users is drawn in one resample of as many draws. */
export type Draw = (counts: Uint8Array, lane: number, lanes: number, users: number) => void;

const TWO_32 = 0x1_0000_0000;

/**
 * Draws with replacement from the stream of a seed, a purpose and a batch. An index is a word times the number of users over 2^32: no user is
 * favoured by more than users / 2^32 of a draw's chance.
 */
export function drawer(seed: number, purpose: string, batch: number): Draw {
  const state = stream(seed, purpose, batch).int32(4);
  // All zeros would stay all zeros.
  if (state.every((word) => word === 0)) state[0] = 1;
  return (counts, lane, lanes, users) => {
    const scale = users / TWO_32;
    // The same product in whole numbers, where its halves fit into 32 bits.
    const small = users < 0x1_0000;
    let s0 = state[0]!;
    let s1 = state[1]!;
    let s2 = state[2]!;
    let s3 = state[3]!;
    for (let i = 0; i < users; i++) {
      let word = Math.imul(s1, 5);
      word = Math.imul(word << 7 | word >>> 25, 9) >>> 0;
      const shifted = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= shifted;
      s3 = s3 << 11 | s3 >>> 21;
      const index = small
        ? ((Math.imul(word >>> 16, users) >>> 0) + (Math.imul(word & 0xffff, users) >>> 16)) >>> 16
        : word * scale | 0;
      const at = Math.imul(index, lanes) + lane;
      counts[at] = counts[at]! + 1;
    }
    state.set([s0, s1, s2, s3]);
  };
}

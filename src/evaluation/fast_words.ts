/**
 * Many random words at a time: xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", TOMS 2021), begun anew
 * for each batch of resamples from four words of a counter-based stream. Philox alone, at 10 ns a word, would take the bootstrap past its
 * two seconds.
 * @module
 */
import { stream } from "../engine/random.ts";

/**
 * The four words that the generator begins with, of a seed, a purpose and a batch. A draw is one of its words times the number of users over 2^32: no
 * user is favoured by more than users / 2^32 of a draw's chance.
 */
export function fastWords(seed: number, purpose: string, batch: number): Int32Array {
  const state = stream(seed, purpose, batch).int32(4);
  // All zeros would stay all zeros.
  if (state.every((word) => word === 0)) state[0] = 1;
  return state;
}

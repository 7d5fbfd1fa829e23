/**
 * The latent world of synthetic interactions: regions that move on a sphere, and items on it.
 * @module
 */
// The random streams are free of tensors: the one file of the engine that data may use.
import { type RandomStream, stream } from "../engine/random.ts";
import type { SyntheticSpec } from "../spec/types.ts";

/** Width of the latent space. */
export const LATENT = 8;
/** Share of time after which merging pairs approach, emerging regions appear and rules have turned: the set-up slice's end under the usual .5. */
export const CHANGE = 0.5;
/** Share of time a merging pair needs to become one. */
const MERGE_TIME = 0.3;
/** Deviation per dimension of an item from its region's centre: about 40 degrees. */
const ITEM_SPREAD = 0.3;

/** Everything about the world that users meet. Shares of time run from 0 to 1. */
export interface SyntheticWorld {
  /** Regions of the spec, then the emerging ones. */
  readonly regions: number;
  /** [items * LATENT], unit vectors. */
  readonly items: Float64Array;
  /** [items], the region around whose path an item lies. */
  readonly itemRegion: Int32Array;
  /** [items], weights of mean 1: a power law over a random order. */
  readonly popularity: Float64Array;
  /** Unit centre of a region at a share of the time. */
  centre(region: number, time: number): Float64Array;
  /** The rotation of `vector` by the region's rule at a share of the time: what leads from the item before to the next. */
  turn(region: number, vector: Float64Array, time: number): Float64Array;
}

/** Makes the world of a spec; the same for the same spec. */
export function syntheticWorld(spec: SyntheticSpec): SyntheticWorld {
  const regions = spec.regions + spec.emerging;
  const turning = spec.turning ?? 0;
  const random = stream(spec.seed, "synthetic regions");
  const starts = drawnTogether(spec, spreadOut(regions, random));
  const headings = starts.map((start) => unit(without(gaussian(random), start)));
  const turns = starts.map(() => rotation(random));
  const rule = (region: number) => turns[spec.rules === "shared" ? 0 : region]!;
  const quarters = quarterTurns(spec, regions);
  const moved = (region: number, time: number) => {
    return combine(starts[region]!, Math.cos(spec.drift * time), headings[region]!, Math.sin(spec.drift * time));
  };
  const centre = (region: number, time: number) => {
    const own = moved(region, time);
    const merges = region < 2 * spec.merging && region % 2 === 1;
    if (!merges || time <= CHANGE) return own;
    const share = Math.min(1, (time - CHANGE) / MERGE_TIME);
    return unit(combine(own, 1 - share, moved(region - 1, time), share));
  };
  const items = new Float64Array(spec.items * LATENT);
  const itemRegion = new Int32Array(spec.items);
  const draw = stream(spec.seed, "synthetic items");
  for (let item = 0; item < spec.items; item++) {
    const region = item % regions;
    const earliest = region >= spec.regions ? CHANGE : 0;
    const place = centre(region, earliest + (1 - earliest) * draw.float());
    items.set(unit(combine(place, 1, gaussian(draw), ITEM_SPREAD)), item * LATENT);
    itemRegion[item] = region;
  }
  return {
    regions,
    items,
    itemRegion,
    popularity: powerLaw(spec.items, spec.popularity, stream(spec.seed, "synthetic popularity")),
    centre,
    turn: (region, vector, time) => {
      const turned = multiply(rule(region), vector);
      if (turning === 0 || time < CHANGE) return turned;
      return combine(turned, Math.cos(turning), multiply(quarters[region]!, turned), Math.sin(turning));
    },
  };
}

/** Unit vectors far from each other: each is the one of many random ones that is farthest from those before. */
function spreadOut(count: number, random: RandomStream): Float64Array[] {
  const chosen = [unit(gaussian(random))];
  while (chosen.length < count) {
    const candidates = Array.from({ length: 64 }, () => unit(gaussian(random)));
    const nearness = (candidate: Float64Array) => Math.max(...chosen.map((other) => dot(candidate, other)));
    chosen.push(candidates.reduce((best, candidate) => nearness(candidate) < nearness(best) ? candidate : best));
  }
  return chosen;
}

function powerLaw(count: number, exponent: number, random: RandomStream): Float64Array {
  const order = Int32Array.from({ length: count }, (_, item) => item);
  random.shuffle(order);
  const weights = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank++) sum += weights[order[rank]!] = (rank + 1) ** -exponent;
  return weights.map((weight) => weight * count / sum);
}

/** A random orthogonal map: Gram-Schmidt on a Gaussian matrix. Row-major. */
function rotation(random: RandomStream): Float64Array {
  const rows: Float64Array[] = [];
  while (rows.length < LATENT) rows.push(unit(rows.reduce(without, gaussian(random))));
  const matrix = new Float64Array(LATENT * LATENT);
  rows.forEach((row, index) => matrix.set(row, index * LATENT));
  return matrix;
}

/** Centres moved towards one point that is common to all: `overlap` is its share, against what a centre has at right angles to it. */
function drawnTogether(
  { overlap = 0, seed }: SyntheticSpec,
  centres: readonly Float64Array[],
): readonly Float64Array[] {
  if (overlap === 0) return centres;
  const common = unit(gaussian(stream(seed, "synthetic overlap")));
  return centres.map((own) => unit(combine(without(own, common), 1 - overlap, common, overlap)));
}

/**
 * For each region the quarter turn that its rule turns along, or one for all of them. A quarter turn J is orthogonal with J J = -1, so every vector x
 * is at right angles to J x, and cos(a) x + sin(a) J x is x turned by the angle a, whatever x is.
 */
function quarterTurns(spec: SyntheticSpec, regions: number): Float64Array[] {
  const random = stream(spec.seed, "synthetic turning");
  if (spec.together) return new Array<Float64Array>(regions).fill(quarterTurn(random));
  return Array.from({ length: regions }, () => quarterTurn(random));
}

/** A random quarter turn: in each of LATENT / 2 planes at right angles to one another, the first axis onto the second. Row-major. */
function quarterTurn(random: RandomStream): Float64Array {
  const axes = rotation(random);
  const matrix = new Float64Array(LATENT * LATENT);
  for (let plane = 0; plane < LATENT; plane += 2) {
    const a = axes.subarray(plane * LATENT, (plane + 1) * LATENT);
    const b = axes.subarray((plane + 1) * LATENT, (plane + 2) * LATENT);
    for (let row = 0; row < LATENT; row++) {
      for (let column = 0; column < LATENT; column++) {
        matrix[row * LATENT + column]! += b[row]! * a[column]! - a[row]! * b[column]!;
      }
    }
  }
  return matrix;
}

function multiply(matrix: Float64Array, vector: Float64Array): Float64Array {
  return vector.map((_, row) => dot(matrix.subarray(row * LATENT, (row + 1) * LATENT), vector));
}

/** LATENT normal draws. */
export function gaussian(random: RandomStream): Float64Array {
  return Float64Array.from({ length: LATENT }, () => random.normal());
}

/** a x + b y */
export function combine(x: Float64Array, a: number, y: Float64Array, b: number): Float64Array {
  return x.map((value, index) => a * value + b * y[index]!);
}

/** What is left of `vector` without its part along the unit vector `axis`. */
export function without(vector: Float64Array, axis: Float64Array): Float64Array {
  return combine(vector, 1, axis, -dot(vector, axis));
}

/** The vector at length 1. */
export function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(dot(vector, vector));
  return vector.map((value) => value / length);
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < x.length; index++) sum += x[index]! * y[index]!;
  return sum;
}

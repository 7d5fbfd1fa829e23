/**
 * Gates: whether a sequence updates its region, expands it, or asks for a new one.
 * @module
 */
import { topTwo } from "./routing.ts";
import { type Action, ACTIONS, type Decision, type Decisions, type Regions, type VectorRows } from "./types.ts";
import { angleOf, cosinesInto, requireWidth } from "./unit_vectors.ts";
import { rowBlocks } from "./vector_rows.ts";

/** The paper's gate (RAIE section 3.3): similarity and radius. */
export interface ConfidenceGate {
  /** Names the rule, as in the spec. */
  readonly kind: "confidence";
  /** Divides cosines before the softmax; .05 */
  readonly temperature: number;
  /** Least p1 of an Update; .9 */
  readonly tHigh: number;
  /** Least p1 of an Expand; .7 */
  readonly tLow: number;
  /** How far beyond its radius a region may expand, as a share of it; .5 */
  readonly gamma: number;
}

/** The gate of the authors' code: posterior probability against a threshold that grows with kappa. */
export interface PosteriorGate {
  /** Names the rule, as in the spec. */
  readonly kind: "posterior";
  /** Sharpness: factor on routing scores before the softmax; 8 */
  readonly beta: number;
  /** Least p1 - p2 of an Update; .05 */
  readonly deltaMin: number;
  /** Routing score below which a sequence is foreign; -1 */
  readonly lambdaNew: number;
  /** tau_k = sigmoid(a0 + a1 ln kappa_k); .5 and .1 */
  readonly a0: number;
  /** Slope of tau's argument in ln kappa: the denser a region, the surer an Update must be. */
  readonly a1: number;
  /** Share of tau below which p1 counts as low for a foreign sequence; .7 */
  readonly foreignShare?: number;
}

/** Either gate; the shape of a spec's `regions.gate`. */
export type Gate = ConfidenceGate | PosteriorGate;

/** The constants of the paper (RAIE section 3). */
export const CONFIDENCE_GATE: ConfidenceGate = {
  kind: "confidence",
  temperature: 0.05,
  tHigh: 0.9,
  tLow: 0.7,
  gamma: 0.5,
};

/** The constants of the authors' code. */
export const POSTERIOR_GATE: PosteriorGate = {
  kind: "posterior",
  beta: 8,
  deltaMin: 0.05,
  lambdaNew: -1,
  a0: 0.5,
  a1: 0.1,
};

/**
 * The gate's decision for every vector, against the regions as they are.
 *
 * Ties go to the lower index. With one region p1 is 1, p2 is 0 and `second` is -1.
 *
 * @throws RangeError when the widths differ
 */
export async function decideAll(gate: Gate, regions: Regions, vectors: VectorRows): Promise<Decisions> {
  requireWidth(vectors.width, regions.width);
  const decisions = undecided(vectors.count);
  for await (const { from, count, values } of rowBlocks(vectors)) {
    for (let place = 0; place < count; place++) set(decisions, from + place, decide(gate, regions, values, place));
  }
  return decisions;
}

/** One row of the columns. */
export function decisionAt({ actions, first, second, p1, p2, angle }: Decisions, row: number): Decision {
  return {
    action: ACTIONS[actions[row]!]!,
    first: first[row]!,
    second: second[row]!,
    p1: p1[row]!,
    p2: p2[row]!,
    angle: angle[row]!,
  };
}

function undecided(count: number): Decisions {
  const numbers = () => new Float64Array(count);
  const places = () => new Int32Array(count);
  const actions = new Uint8Array(count);
  return { count, actions, first: places(), second: places(), p1: numbers(), p2: numbers(), angle: numbers() };
}

function set(decisions: Decisions, row: number, { action, first, second, p1, p2, angle }: Decision): void {
  decisions.actions[row] = ACTIONS.indexOf(action);
  decisions.first[row] = first;
  decisions.second[row] = second;
  decisions.p1[row] = p1;
  decisions.p2[row] = p2;
  decisions.angle[row] = angle;
}

function decide(gate: Gate, regions: Regions, values: Float32Array, place: number): Decision {
  const cosines = new Float64Array(regions.count);
  cosinesInto(cosines, values, place, regions.centres, regions.count, regions.width);
  return gate.kind === "confidence"
    ? confidenceDecision(cosines, regions, gate)
    : posteriorDecision(cosines, regions, gate);
}

/**
 * p = softmax(cos(x, c) / temperature), k1 = argmax, theta = angle(x, c_k1). Update if p1 >= tHigh and theta <= R_k1; Expand if
 * p1 >= tLow and theta <= (1 + gamma) R_k1; Add otherwise (RAIE section 3.3).
 *
 * @param vector [width], unit length
 */
export function confidenceGate(
  regions: Regions,
  vector: Float32Array,
  gate: ConfidenceGate = CONFIDENCE_GATE,
): Decision {
  requireWidth(vector.length, regions.width);
  return decide(gate, regions, vector, 0);
}

/**
 * p = softmax(beta * routing score), tau = sigmoid(a0 + a1 ln kappa_k1). Add if the score of k1 is below lambdaNew and
 * p1 < .7 tau; Update if p1 >= tau and p1 - p2 >= deltaMin; Expand if p1 >= tau; Add otherwise (the authors' code).
 *
 * Expand needs tau <= p1 < p2 + deltaMin <= 1 - p1 + deltaMin, so tau < (1 + deltaMin) / 2: {@linkcode expandCanFire}.
 *
 * @param vector [width], unit length
 */
export function posteriorGate(regions: Regions, vector: Float32Array, gate: PosteriorGate = POSTERIOR_GATE): Decision {
  requireWidth(vector.length, regions.width);
  return decide(gate, regions, vector, 0);
}

/** tau_k of the posterior gate. */
export function posteriorThreshold(gate: PosteriorGate, kappa: number): number {
  return 1 / (1 + Math.exp(-(gate.a0 + gate.a1 * Math.log(kappa))));
}

/**
 * Whether any sequence could be an Expand under this gate and these concentrations. With the authors' constants it is false for
 * every kappa >= 1: tau > .62, so p1 >= tau leaves p2 < .38 and p1 - p2 > .24, far above deltaMin. A run says so.
 */
export function expandCanFire(gate: Gate, regions: Regions): boolean {
  if (gate.kind === "confidence") return true;
  return regions.count > 1 && regions.kappa.some((kappa) => posteriorThreshold(gate, kappa) < (1 + gate.deltaMin) / 2);
}

function confidenceDecision(cosines: Float64Array, regions: Regions, gate: ConfidenceGate): Decision {
  const logits = cosines.map((cosine) => cosine / gate.temperature);
  const { first, second, p1, p2 } = probabilities(logits);
  const angle = angleOf(cosines[first]!);
  const radius = regions.radii[first]!;
  let action: Action = "add";
  if (p1 >= gate.tHigh && angle <= radius) action = "update";
  else if (p1 >= gate.tLow && angle <= (1 + gate.gamma) * radius) action = "expand";
  return { action, first, second, p1, p2, angle };
}

function posteriorDecision(cosines: Float64Array, regions: Regions, gate: PosteriorGate): Decision {
  const scores = cosines.map((cosine, k) => Math.log(regions.pi[k]!) + regions.kappa[k]! * cosine);
  const { first, second, p1, p2 } = probabilities(scores.map((score) => gate.beta * score));
  const angle = angleOf(cosines[first]!);
  const tau = posteriorThreshold(gate, regions.kappa[first]!);
  let action: Action = "add";
  const foreign = scores[first]! < gate.lambdaNew && p1 < (gate.foreignShare ?? 0.7) * tau;
  if (!foreign && p1 >= tau) action = p1 - p2 >= gate.deltaMin ? "update" : "expand";
  return { action, first, second, p1, p2, angle };
}

/** The two most probable regions under the softmax of logits. */
function probabilities(logits: Float64Array): { first: number; second: number; p1: number; p2: number } {
  const [first, second] = topTwo(logits);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - logits[first]!);
  return { first, second, p1: 1 / sum, p2: second < 0 ? 0 : Math.exp(logits[second]! - logits[first]!) / sum };
}

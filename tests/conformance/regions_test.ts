import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import {
  type Action,
  buildRegions,
  type ConfidenceGate,
  decideAll,
  type Decision,
  EDIT_DEFAULTS,
  editRegions,
  type PosteriorGate,
  posteriorThreshold,
  routeAll,
  sphericalKMeans,
  unitVectors,
} from "../../src/regions/mod.ts";
import { stream } from "../../src/engine/random.ts";
import { listed } from "../regions/draws.ts";
import { assertClose } from "./close.ts";
import { conformancePath } from "./directory.ts";

type Row = [Action, number, number, number, number, number?];
interface Parameters {
  centres: number[][];
  kappa: number[];
  pi: number[];
  count: number[];
}
interface File {
  setup: {
    vectors: number[][];
    seeds: number[][];
    centres: number[][];
    labels: number[];
    radiusQuantile: number;
    radii: number[];
    angularStd: number[];
  };
  posterior: Parameters & { priorStrength: number; emaRate: number; sum: number[][] };
  finetune: {
    vectors: number[][];
    deltaMin: number;
    lamNew: number;
    a0: number;
    a1: number;
    byBeta: { beta: number; decisions: Row[]; tau: number[] }[];
    route: number[];
    confidenceGate: { temperature: number; tLow: number; tHigh: number; gamma: number; decisions: Row[] };
  };
  afterEdit: Parameters & { beta: number; route: number[] };
}

const { setup, posterior, finetune, afterEdit }: File = JSON.parse(
  await Deno.readTextFile(conformancePath("regions", "regions.json")),
);
const TOLERANCE = 1e-4;
const width = setup.vectors[0]!.length;
const vectors = unitVectors(setup.vectors.flat(), width);
const slice = unitVectors(finetune.vectors.flat(), width);
const clustering = await sphericalKMeans(vectors, setup.seeds.length, { seeds: setup.seeds.flat() });
const { radiusQuantile } = setup;
const { priorStrength, emaRate } = posterior;
const regions = await buildRegions(vectors, clustering, { radiusQuantile, priorStrength, emaRate });
const posteriorGate = (beta: number): PosteriorGate => ({
  kind: "posterior",
  beta,
  deltaMin: finetune.deltaMin,
  lambdaNew: finetune.lamNew,
  a0: finetune.a0,
  a1: finetune.a1,
});

/** Every decision alone: action and regions exactly, probabilities and angle closely. */
function assertDecisions(actual: readonly Decision[], expected: readonly Row[]): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((decision, row) => {
    const [action, first, second, p1, p2, angle] = expected[row]!;
    const { action: did, first: k1, second: k2 } = decision;
    assert.deepEqual([did, k1, k2], [action, first, second], `decision on row ${row}`);
    assertClose([decision.p1, decision.p2], [p1, p2], TOLERANCE, `probabilities of row ${row}`);
    if (angle !== undefined) assertClose([decision.angle], [angle], TOLERANCE, `angle of row ${row}`);
  });
}

describe("regions equal NumPy's", () => {
  it("spherical k-means from given seeds finds the same centres and labels", () => {
    assertClose(clustering.centres, setup.centres.flat(), TOLERANCE, "centres");
    assert.deepEqual([...clustering.labels], setup.labels);
  });

  it("radii are the quantile of the members' angles", () => {
    assertClose(regions.radii, setup.radii, TOLERANCE, "radii");
  });

  it("angular deviations are the standard deviation of the members' angles", () => {
    assertClose(regions.deviations, setup.angularStd, TOLERANCE, "deviations");
  });

  it("posterior: sums, counts, centres, concentrations and shares", () => {
    assertClose(regions.sums, posterior.sum.flat(), TOLERANCE, "sums");
    assertClose(regions.counts, posterior.count, TOLERANCE, "counts");
    assertClose(regions.centres, posterior.centres.flat(), TOLERANCE, "centres");
    assertClose(regions.kappa, posterior.kappa, TOLERANCE, "kappa");
    assertClose(regions.pi, posterior.pi, TOLERANCE, "pi");
  });

  it("routes go to the region of highest score", async () => {
    assert.deepEqual([...await routeAll(regions, slice)], finetune.route);
  });

  for (const { beta, decisions, tau } of finetune.byBeta) {
    it(`posterior gate at sharpness ${beta}: ${decisions.length} decisions, one by one`, async () => {
      assertDecisions(listed(await decideAll(posteriorGate(beta), regions, slice)), decisions);
    });
    it(`posterior gate at sharpness ${beta}: thresholds`, () => {
      const gate = posteriorGate(beta);
      assertClose(regions.kappa.map((kappa) => posteriorThreshold(gate, kappa)), tau, TOLERANCE, "tau");
    });
  }

  it(`confidence gate: ${finetune.confidenceGate.decisions.length} decisions, one by one`, async () => {
    const { temperature, tLow, tHigh, gamma, decisions } = finetune.confidenceGate;
    const gate: ConfidenceGate = { kind: "confidence", temperature, tLow, tHigh, gamma };
    assertDecisions(listed(await decideAll(gate, regions, slice)), decisions);
  });

  it("statistics, parameters and routes after editing", async () => {
    const gate = posteriorGate(afterEdit.beta);
    // In the file Add changes nothing.
    const edit = await editRegions(regions, slice, { ...EDIT_DEFAULTS, gate, add: false, stream: stream(0, "unused") });
    assertClose(edit.regions.counts, afterEdit.count, TOLERANCE, "counts");
    assertClose(edit.regions.centres, afterEdit.centres.flat(), TOLERANCE, "centres");
    assertClose(edit.regions.kappa, afterEdit.kappa, TOLERANCE, "kappa");
    assertClose(edit.regions.pi, afterEdit.pi, TOLERANCE, "pi");
    assert.deepEqual([...edit.membership], afterEdit.route);
    assert.deepEqual([...await routeAll(edit.regions, slice)], afterEdit.route);
  });
});

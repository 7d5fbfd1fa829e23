/**
 * `proximal`: one adapter that evolves from slice to slice, held near the value it had before (method.md 8).
 *
 * Each step lowers L_F + lambda / 2 ||theta - theta0||^2, theta0 the adapter at the slice's start (on the first slice the fresh one, which changes
 * nothing): the proximal operator's own form (Parikh and Boyd, Proximal Algorithms, 2014, eq. 1.1), as a sum over A, B and item rows. It is the
 * scheme of PESO (2510.25093) with the Euclidean distance; PESO's experiments measure the distance by a KL divergence between softmaxed modules.
 * @module
 */
import { ownOptions } from "../spec/method_types.ts";
import type { MethodSpec } from "../spec/types.ts";
import { pullTerm } from "./pull.ts";
import { singleAdapter } from "./single_adapter.ts";
import type { Method } from "./types.ts";

/** One adapter on F with a proximal term. With lambda 0 it is lora. */
export const proximal = (spec: MethodSpec): Method => {
  const own = ownOptions("proximal", spec);
  return singleAdapter(spec, {
    kind: "proximal",
    own,
    add: ({ start }) => own.lambda === 0 ? {} : { terms: [pullTerm("proximal", own.lambda / 2, start)] },
  });
};

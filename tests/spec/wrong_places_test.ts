/** Wrong specs about where stages run, and about how many ratings are made up. */
import { describe } from "@std/testing/bdd";
import { eachIsNamed, type Wrong } from "./wrong.ts";

const EXECUTORS: readonly Wrong[] = [
  ["an executor that is none", { executor: "slrum" }, "/executor", ['"local"', '"slurm"', 'Did you mean "slurm"?']],
  ["resources of a stage that is none", { executor: { stages: { ranking: {} } } }, "/executor/stages/ranking", [
    '"ranks"',
  ]],
  ["memory without a number", { executor: { memory: "lots" } }, "/executor/memory", ['such as "16G"']],
  ["a time that Slurm cannot read", { executor: { kind: "slurm", time: "4 hours" } }, "/executor/time", [
    "4:00:00",
    'found "4 hours"',
  ]],
  [
    "a partition of two lines",
    { executor: { kind: "slurm", partition: "a\nb" } },
    "/executor/partition",
    ["text on one line"],
  ],
];

const MARGINALS: readonly Wrong[] = [
  [
    "more interactions than users and items make up",
    { dataset: { format: "synthetic-marginals", users: 100, items: 80, perUserMost: 50, interactions: 5000 } },
    "/dataset/interactions",
    ["from 2000 to 4000", "found 5000"],
  ],
  [
    "users who rate more items than there are",
    { dataset: { format: "synthetic-marginals", users: 100, items: 80, perUserMost: 81, interactions: 3000 } },
    "/dataset/perUserMost",
    ["at most dataset.items", "found 81 of 80"],
  ],
];

describe("parseSpec() on a wrong executor", () => eachIsNamed(EXECUTORS));
describe("parseSpec() on marginals that cannot be", () => eachIsNamed(MARGINALS));

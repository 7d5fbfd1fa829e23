/**
 * What results.json must look like: the published schema, and what a schema cannot say.
 * @module
 */
import schema from "./results.schema.json" with { type: "json" };
import { schemaCheck } from "./schema_problems.ts";
import type { RegionsResult, Results } from "./types.ts";

/** The part of a JSON Schema that key order and messages need. */
export interface ResultsSchemaNode {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, ResultsSchemaNode>>;
  readonly additionalProperties?: boolean | ResultsSchemaNode;
  readonly items?: ResultsSchemaNode;
  readonly $defs?: Readonly<Record<string, ResultsSchemaNode>>;
}

/** The schema as published: src/reporting/results.schema.json. */
export const RESULTS_SCHEMA: ResultsSchemaNode = schema as unknown as ResultsSchemaNode;

/** Complaints shown at once. */
const SHOWN = 5;

const check = schemaCheck(schema);

/**
 * What is wrong with a value that should be results.json, one sentence each, at most five; empty when it is right.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { resultsProblems } from "./results_schema.ts";
 *
 * assert.deepEqual(resultsProblems([]), ["the whole: must be object"]);
 * ```
 */
export function resultsProblems(value: unknown): string[] {
  const problems = check(value);
  return problems.length > 0 ? problems : inconsistencies(value as Results).slice(0, SHOWN);
}

/** Lists that count the same things must be equally long, or a chart would draw what is not there. */
function inconsistencies({ runs, backbone, groups }: Results): string[] {
  const problems: string[] = [];
  const equal = (place: string, found: number, wanted: number) => {
    if (found !== wanted) problems.push(`${place}: has ${found} entries, wanted ${wanted}`);
  };
  backbone.loss.forEach(({ steps, values }, i) => equal(`/backbone/loss/${i}/values`, values.length, steps.length));
  runs.forEach(({ loss, regions }, run) => {
    loss.forEach(({ steps, values }, i) => equal(`/runs/${run}/loss/${i}/values`, values.length, steps.length));
    if (regions !== undefined) regionLengths(regions, `/runs/${run}/regions`, equal);
  });
  groups?.groups.forEach(({ measures }, group) => {
    for (const [name, values] of Object.entries(measures)) {
      equal(`/groups/groups/${group}/measures/${name}`, values.length, runs.length);
    }
  });
  return problems;
}

function regionLengths(
  { before, after, routing, flows, map }: RegionsResult,
  place: string,
  equal: (place: string, found: number, wanted: number) => void,
): void {
  for (const [slice, counts] of Object.entries(routing)) {
    equal(`${place}/routing/${slice}`, counts.length, after.length);
  }
  flows.forEach(({ counts }, i) => {
    equal(`${place}/flows/${i}/counts`, counts.length, after.length);
    counts.forEach((row, j) => equal(`${place}/flows/${i}/counts/${j}`, row.length, after.length));
  });
  for (const key of ["y", "slice", "region"] as const) equal(`${place}/map/${key}`, map[key].length, map.x.length);
  if (map.before !== undefined) equal(`${place}/map/before`, map.before.length, map.x.length);
  // Nothing can be placed on a map without sequences.
  if (map.centres === undefined || map.x.length === 0) return;
  equal(`${place}/map/centres/before`, map.centres.before.length, before.length);
  equal(`${place}/map/centres/after`, map.centres.after.length, after.length);
}

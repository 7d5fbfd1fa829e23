/**
 * What results depend on beside their spec: the data that were read, the engine that computed them.
 * @module
 */
import type { Results } from "../types.ts";
import { type Differing, differing } from "./differing.ts";

/** What engine, versions and machine give the same bits, as far as results.json names them. */
export interface Origin {
  readonly engine: Results["provenance"]["engine"];
  readonly raie: string;
  readonly deno: string;
}

/** Files that were read, those of weights too. */
export interface ReadFiles {
  readonly files: Results["data"]["files"];
  readonly weights?: Results["backbone"]["weights"];
  readonly checkpoint?: Results["backbone"]["checkpoint"];
}

/** Where engines or versions differ. */
export const originChanges = (origins: readonly Origin[]): Differing[] =>
  differing(origins.map(({ engine, raie, deno }) => ({ engine, raie, deno })));

/** The files behind results. */
export const filesOf = ({ data, backbone }: Results): ReadFiles => ({
  files: data.files,
  ...(backbone.weights && { weights: backbone.weights }),
  ...(backbone.checkpoint && { checkpoint: backbone.checkpoint }),
});

/** Where the bytes of what was read differ. */
export const fileChanges = (read: readonly ReadFiles[]): Differing[] =>
  differing(
    read.map(({ files, weights, checkpoint }) => ({
      files: files.map(checksum),
      weights: weights && checksum(weights),
      checkpoint: checkpoint && checksum(checkpoint),
    })),
  );

const checksum = ({ name, sha256 }: { readonly name: string; readonly sha256: string }) => ({ name, sha256 });

/** Where data differ: what was read, and what slicing made of it. */
export const dataChanges = (results: readonly Results[]): Differing[] =>
  differing(results.map(({ data: { title: _, notes: __, ...data }, backbone: { weights, checkpoint } }) => ({
    ...data,
    weights,
    checkpoint,
  })));

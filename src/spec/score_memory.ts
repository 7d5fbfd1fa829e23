/**
 * The memory that scores may take.
 * @module
 */
import { SCHEMA } from "./schema.ts";
import type { ResolvedSpec } from "./types.ts";

/** Where a spec says nothing. */
const USUAL = SCHEMA.properties?.memory?.properties?.scores?.default as number;

/** MiB that a spec gives scores over the catalogue. */
export const scoreMemory = ({ memory }: Pick<ResolvedSpec, "memory">): number => memory?.scores ?? USUAL;

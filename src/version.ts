/**
 * The program's version.
 * @module
 */
import configuration from "../deno.json" with { type: "json" };

/** As in deno.json. */
export const VERSION: string = configuration.version;

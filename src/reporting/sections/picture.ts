/**
 * How sections place pictures.
 * @module
 */

/** A picture's Markdown by its file name; empty where it was not drawn. */
export type Picture = (file: string) => string[];

/**
 * The public API of raie: everything a spec can do, a program can do through it.
 * @module
 */

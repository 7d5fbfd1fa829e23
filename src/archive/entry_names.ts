/**
 * Names inside an archive: paths below the folder it is unpacked to, each of one file.
 * @module
 */

/** Longest name of a file, and longest path below a folder, in bytes: what file systems take, the folder's own path kept in mind. */
const [LONGEST_PART, LONGEST] = [255, 2048];

/** Why a name is no plain path below a folder; undefined when it is one. A name that ends in a slash is a folder's. */
export function unsafeName(name: string): string | undefined {
  if (name === "") return "has an empty name";
  if ([...name].some((letter) => letter < " " || letter === "\x7f")) return "has a control character in its name";
  if (name.includes("\\")) return "has a backslash in its name, wanted slashes";
  if (name.startsWith("/")) return "is an absolute path";
  if (name.includes(":")) return "has a colon in its name, as a drive has";
  const parts = name.split("/");
  const length = Math.max(...parts.map((part) => bytesOf(part)));
  if (length > LONGEST_PART) return `has a name of ${length} bytes, wanted ${LONGEST_PART} at most`;
  if (bytesOf(name) > LONGEST) return `has a path of ${bytesOf(name)} bytes, wanted ${LONGEST} at most`;
  if (parts.includes("..")) return "leaves the folder";
  if (!name.endsWith("/") && (parts.at(-1) === "." || plain(name) === "")) return "names no file";
  return undefined;
}

/**
 * The first name that stands for the same path as another one, or for a file inside of a file.
 *
 * @param names Each of them safe ({@linkcode unsafeName}).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(clashOf(["a/", "a/b", "c"]), undefined);
 * assert.deepEqual(clashOf(["c", "a/b", "a/./b"]), { name: "a/./b", why: "is there twice" });
 * ```
 */
export function clashOf(names: readonly string[]): { readonly name: string; readonly why: string } | undefined {
  // With the lowest letter for a slash a folder is followed by all that it holds.
  const sorted = names
    .map((name) => ({ name, key: plain(name).replaceAll("/", "\0"), folder: name.endsWith("/") }))
    .sort((a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
  for (let at = 1; at < sorted.length; at++) {
    const [before, { name, key }] = [sorted[at - 1]!, sorted[at]!];
    if (key === before.key) return { name, why: "is there twice" };
    if (!before.folder && key.startsWith(`${before.key}\0`)) {
      return { name, why: `lies in ${JSON.stringify(before.name)}, which is a file` };
    }
  }
  return undefined;
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** Without empty components and dots. */
function plain(name: string): string {
  return name.split("/").filter((part) => part !== "" && part !== ".").join("/");
}

/** What a store holds, to compare two of them. */
import { createHash } from "node:crypto";
import { join } from "node:path";

/** Digest of every result's file by path; manifests and the seconds of reading are left out, because they are durations. */
export function storedResults(root: string, inside = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const { name, isDirectory } of Deno.readDirSync(join(root, inside))) {
    const path = join(inside, name);
    if (/^(unfinished|making-|data$|leases|locks|runs)/.test(path)) continue;
    if (isDirectory) { for (const entry of storedResults(root, path)) found.set(...entry); }
    else if (name !== "manifest.json") {
      found.set(path, createHash("sha256").update(Deno.readFileSync(join(root, path))).digest("hex"));
    }
  }
  return found;
}

/** results.json without what tells time: the same in every run of a spec. */
export function timelessResults(folder: string): unknown {
  return JSON.parse(
    Deno.readTextFileSync(join(folder, "results.json")),
    (key, value) => /seconds|durations|started|finished|time$/i.test(key) ? undefined : value,
  );
}

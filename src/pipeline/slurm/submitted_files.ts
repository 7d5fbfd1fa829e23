/**
 * What submissions leave in a store, for those who clean up.
 * @module
 */
import { join } from "node:path";
import { entriesIfThere, lstatIfThere } from "../../files.ts";
import { SUBMITTED } from "./submission.ts";

/** A file of submissions, or something that a job printed. */
export interface SubmittedFile {
  /** Path under the root. */
  readonly path: string;
  readonly bytes: number;
  readonly lastUsed: Date;
}

/** All files of the store's own names that submissions have left under the root. */
export async function submittedFiles(root: string): Promise<SubmittedFile[]> {
  const own: readonly (readonly [string, RegExp])[] = [
    [SUBMITTED, /^([0-9a-f]{24}\.(json|job|outcome|ndjson)|engine-[0-9a-f]{16}\.json)$/],
    [join(SUBMITTED, "output"), /^(\d+(_\d+)?|jobs)\.txt$/],
  ];
  const files: SubmittedFile[] = [];
  for (const [folder, name] of own) {
    for (const entry of await entriesIfThere(join(root, folder))) {
      const path = join(folder, entry.name);
      const there = name.test(entry.name) ? await lstatIfThere(join(root, path)) : undefined;
      if (there?.isFile === true) files.push({ path, bytes: there.size, lastUsed: there.mtime ?? new Date(0) });
    }
  }
  return files;
}

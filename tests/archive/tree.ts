/**
 * What lies in a folder, to tell that nothing was added, changed or left behind.
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";

/** Every path below the folder, each with what it is: a file's SHA-256, "folder", or "link". */
export function treeOf(folder: string): Record<string, string> {
  const tree: Record<string, string> = {};
  const walk = (path: string, name: string) => {
    for (const { name: child, isDirectory, isSymlink } of Deno.readDirSync(path)) {
      const [at, called] = [join(path, child), `${name}${child}`];
      if (isSymlink) tree[called] = "link";
      else if (isDirectory) {
        tree[called] = "folder";
        walk(at, `${called}/`);
      } else tree[called] = createHash("sha256").update(Deno.readFileSync(at)).digest("hex");
    }
  };
  walk(folder, "");
  return tree;
}

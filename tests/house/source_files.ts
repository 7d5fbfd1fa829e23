/** The program's own files, for tests of the house's rules. */

/** A file of src with its room ("" for files beside the rooms). */
export interface SourceFile {
  /** Path from the project's folder, e.g. "src/spec/parse.ts". */
  readonly path: string;
  readonly room: string;
  readonly text: string;
  readonly lines: number;
}

const root = new URL("../../", import.meta.url);

/** All TypeScript files below a folder of the project, in order of their paths. */
export function sourceFiles(folder = "src"): SourceFile[] {
  const files: SourceFile[] = [];
  for (const entry of Deno.readDirSync(new URL(folder, root))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) files.push(...sourceFiles(path));
    else if (entry.isFile && entry.name.endsWith(".ts")) {
      const text = Deno.readTextFileSync(new URL(path, root));
      const parts = path.split("/");
      files.push({ path, room: parts.length > 2 ? parts[1] ?? "" : "", text, lines: text.split("\n").length - 1 });
    }
  }
  return files.sort((a, b) => a.path < b.path ? -1 : 1);
}

/** The modules a file imports, as written; `typesOnly` where nothing but types comes over. */
export function importsOf(text: string): { specifier: string; typesOnly: boolean }[] {
  const code = withoutComments(text);
  const statement =
    /^\s*(?:import|export)\s+(type\s+)?[^;]*?from\s+"([^"]+)"|^\s*import\s+"([^"]+)"|import\(\s*"([^"]+)"\s*\)/gm;
  return [...code.matchAll(statement)].map(([, type, from, bare, dynamic]) => (
    { specifier: from ?? bare ?? dynamic ?? "", typesOnly: type !== undefined }
  ));
}

/** A text without its block comments and the lines that are comments. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

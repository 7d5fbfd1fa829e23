/**
 * TensorFlow's libraries out of its Python wheel: no Python is run for it but pip, which downloads and verifies.
 * @module
 */
import { ArchiveError } from "../../archive/archive_error.ts";
import { unpack } from "../../archive/unpack.ts";
import type { ZipEntry } from "../../archive/zip_directory.ts";
import { EngineError } from "../errors.ts";
import type { Wheel } from "./places.ts";
import type { System } from "./system.ts";

/** The two libraries and the headers the addon's sources reach, and CUDA's libraries where they are wanted. */
const WANTED = [
  /^tensorflow\/libtensorflow_(cc|framework)\.so\.2$/,
  /^tensorflow\/include\/(tensorflow\/(c|core\/platform)|tsl\/platform|xla\/tsl\/c)\/.*\.h$/,
  /^nvidia\/.*\/lib\/.*\.so[.\d]*$/,
];

/** Ways to call pip, in the order they are tried. */
const PIPS: readonly (readonly string[])[] = [["python3", "-m", "pip"], ["python", "-m", "pip"], ["pip3"], ["pip"]];

/** The words that call pip here, or undefined where there is none. */
export async function findPip(system: System): Promise<readonly string[] | undefined> {
  for (const words of PIPS) {
    const [command, ...args] = words;
    if ((await system.run(command!, [...args, "--version"], { seconds: 20 })).code === 0) return words;
  }
  return undefined;
}

/**
 * Downloads a wheel and unpacks what is needed of it to `target`, aside first and then renamed, so that two set-ups at
 * once do no harm.
 *
 * @returns What went wrong, in a few words, or undefined when `target` is there.
 */
export async function fetchWheel(
  system: System,
  pip: readonly string[],
  wheel: Wheel,
  target: string,
): Promise<string | undefined> {
  const parent = target.slice(0, target.lastIndexOf("/"));
  await Deno.mkdir(parent, { recursive: true });
  const aside = await Deno.makeTempDir({ dir: parent, prefix: ".partial-" });
  try {
    const [command, ...args] = pip;
    // The wheel serves as an archive only: naming platform and Python makes it independent of the Python that runs pip.
    const ended = await system.run(command!, [
      ...args,
      "download",
      "--quiet",
      "--disable-pip-version-check",
      "--no-cache-dir",
      "--only-binary=:all:",
      ...(wheel.cuda ? [] : ["--no-deps"]),
      ...["2_17", "2_27", "2_28"].flatMap((glibc) => ["--platform", `manylinux_${glibc}_${system.arch}`]),
      ...["--platform", `manylinux2014_${system.arch}`],
      ...["--python-version", "3.12"],
      ...["--dest", `${aside}/wheels`],
      wheel.requirement,
    ], { seconds: 3600 });
    if (ended.code !== 0) return `pip could not download ${wheel.requirement} (${lastLine(ended.stderr)})`;
    await Deno.mkdir(`${aside}/files`);
    let files = 0;
    for await (const { name } of Deno.readDir(`${aside}/wheels`)) {
      if (name.endsWith(".whl")) files += await unpackWanted(`${aside}/wheels/${name}`, `${aside}/files`);
    }
    if (files === 0) return `the wheel of ${wheel.requirement} holds no TensorFlow library`;
    await renameUnlessThere(`${aside}/files`, target, system);
    return undefined;
  } finally {
    await Deno.remove(aside, { recursive: true });
  }
}

/**
 * Unpacks what is needed of one wheel, its paths kept.
 *
 * @returns How many files that is.
 * @throws {EngineError} when the wheel is damaged or unsafe.
 */
async function unpackWanted(wheel: string, folder: string): Promise<number> {
  let files = 0;
  const choose = (entries: readonly ZipEntry[]) => {
    const wanted = entries.filter(({ name }) => WANTED.some((pattern) => pattern.test(name)));
    files = wanted.length;
    return new Map(wanted.map((entry) => [entry, entry.name]));
  };
  try {
    await unpack(wheel, folder, choose);
    return files;
  } catch (cause) {
    if (!(cause instanceof ArchiveError)) throw cause;
    throw new EngineError(cause.message, { cause });
  }
}

/** Moves a finished folder into place; when another set-up was faster, its folder serves. */
async function renameUnlessThere(from: string, to: string, system: System): Promise<void> {
  try {
    await Deno.rename(from, to);
  } catch (error) {
    if (!system.exists(to)) throw error;
  }
}

/** The last line with words in it, for a message. */
export function lastLine(text: string): string {
  return text.split("\n").map((line) => line.trim()).filter((line) => line !== "").at(-1) ?? "no message";
}

/**
 * Compiling tfjs-node's addon, whose C++ sources come with the npm package, against TensorFlow's libraries.
 * @module
 */
import type { System } from "./system.ts";
import { lastLine } from "./wheel.ts";

const COMPILERS = ["g++", "c++", "clang++"] as const;

/** The C++ compiler here: $CXX, else g++, c++, clang++; undefined where there is none. */
export async function findCompiler(system: System): Promise<string | undefined> {
  const own = system.env("CXX");
  for (const command of own ? [own, ...COMPILERS] : COMPILERS) {
    if ((await system.run(command, ["--version"], { seconds: 20 })).code === 0) return command;
  }
  return undefined;
}

/** Folders a compilation reads. */
export interface AddonSources {
  /** The npm package @tensorflow/tfjs-node-gpu. */
  readonly packageFolder: string;
  /** The npm package node-api-headers. */
  readonly headersFolder: string;
  /** Where a wheel's `tensorflow` folder was unpacked. */
  readonly wheelFolder: string;
}

/**
 * Compiles the addon to `target`, written aside and renamed.
 *
 * @returns What went wrong, in a few words, or undefined when it is there.
 */
export async function compileAddon(
  system: System,
  compiler: string,
  sources: AddonSources,
  target: string,
): Promise<string | undefined> {
  const { packageFolder, headersFolder, wheelFolder } = sources;
  const libraries = `${wheelFolder}/tensorflow`;
  const aside = `${target}.${crypto.randomUUID()}`;
  const units = [...Deno.readDirSync(`${packageFolder}/binding`)].map((entry) => entry.name)
    .filter((name) => name.endsWith(".cc")).sort();
  const ended = await system.run(compiler, [
    ...["-std=c++17", "-O2", "-fPIC", "-shared", "-DNAPI_VERSION=8"],
    ...[`-I${packageFolder}`, `-I${packageFolder}/binding`, `-I${libraries}/include`, `-I${headersFolder}/include`],
    ...units.map((name) => `${packageFolder}/binding/${name}`),
    ...[`${libraries}/libtensorflow_cc.so.2`, `${libraries}/libtensorflow_framework.so.2`],
    // CUDA's libraries are opened by name when TensorFlow starts; the addon's run path must find them.
    `-Wl,--disable-new-dtags,-rpath,${[libraries, ...cudaFolders(wheelFolder)].join(":")}`,
    ...["-o", aside],
  ], { seconds: 600 });
  if (ended.code !== 0) {
    const error = ended.stderr.split("\n").find((line) => line.includes("error")) ?? lastLine(ended.stderr);
    return `${compiler} could not compile the addon (${error.trim()})`;
  }
  await Deno.rename(aside, target);
  return undefined;
}

/** The `nvidia/<library>/lib` folders unpacked beside TensorFlow, if any. */
function cudaFolders(wheelFolder: string): string[] {
  try {
    return [...Deno.readDirSync(`${wheelFolder}/nvidia`)].map((entry) => `${wheelFolder}/nvidia/${entry.name}/lib`)
      .sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/**
 * Making the `tensorflow` rung work: what is there already, else the package's own install script, else an addon
 * compiled against the libraries of TensorFlow's wheel.
 * @module
 */
import { type AddonSources, compileAddon, findCompiler } from "./addon.ts";
import { type Checked, checkTensorflow } from "./check.ts";
import { runInstallScript, scriptHost } from "./install_script.ts";
import { nvidiaGpu } from "./nvidia.ts";
import { cacheFolder, type Wheel, wheelsFor } from "./places.ts";
import { refusalOf } from "./refusals.ts";
import type { System } from "./system.ts";
import { fetchWheel, findPip } from "./wheel.ts";

/** Where the two npm packages lie. */
export type Packages = Pick<AddonSources, "packageFolder" | "headersFolder">;

/** How set-up ended. */
export interface SetUp {
  /** The way that led to a working TensorFlow, or "none". */
  readonly way: "present" | "cache" | "script" | "wheel" | "none";
  /** What works now; absent with "none". */
  readonly checked?: Checked;
  /** Why each way that was tried is closed. */
  readonly reasons: readonly string[];
}

/** How long the package's host may take to answer. */
const HOST_SECONDS = 3;

/**
 * Makes the `tensorflow` rung work where a way is open; never throws for a closed way, be it that a folder may not be written,
 * the disk is full or an archive is damaged.
 *
 * @param say Takes short progress lines.
 * @param force Builds anew even when a working addon is there.
 */
export async function setUp(
  system: System,
  packages: Packages,
  say: (line: string) => void,
  force = false,
): Promise<SetUp> {
  const reasons: string[] = [];
  const addon = `${packages.packageFolder}/lib/napi-v8/tfjs_binding.node`;
  const cache = cacheFolder(system, `${packages.packageFolder}/.cache`);
  const wheels = wheelsFor(system, (await nvidiaGpu(system)) !== undefined);

  if (!force && system.exists(addon)) {
    const checked = await attempt(() => checkTensorflow(system));
    if (typeof checked !== "string") return { way: "present", checked, reasons };
  }
  const first = wheels[0];
  if (!force && first !== undefined && system.exists(cachedAddon(cache, first))) {
    const checked = await attempt(async () => {
      await place(cachedAddon(cache, first), addon);
      return await checkTensorflow(system);
    });
    if (typeof checked !== "string") return { way: "cache", checked, reasons };
  }
  const host = scriptHost(packages.packageFolder);
  if (await system.reaches(host, HOST_SECONDS)) {
    say(`Fetching TensorFlow from ${host} ...`);
    const checked = await attempt(async () => await runInstallScript(system) ?? await checkTensorflow(system));
    if (typeof checked !== "string") return { way: "script", checked, reasons };
    reasons.push(checked);
  } else {
    reasons.push(`${new URL(host).host} does not answer`);
  }
  for (const wheel of wheels) {
    const checked = await attempt(() => fromWheel(system, packages, wheel, `${cache}/${wheel.folder}`, addon, say));
    if (typeof checked !== "string") return { way: "wheel", checked, reasons };
    reasons.push(checked);
  }
  if (wheels.length === 0) reasons.push(`TensorFlow's wheels serve on Linux only, this is ${system.os}`);
  return { way: "none", reasons: [...new Set(reasons)] };
}

/** Goes one way; what the system refuses on it becomes the reason why it is closed. */
async function attempt(way: () => Promise<Checked | string>): Promise<Checked | string> {
  try {
    return await way();
  } catch (error) {
    return refusalOf(error);
  }
}

/** Fetches one wheel, compiles the addon against it and checks; a string says why not. */
async function fromWheel(
  system: System,
  packages: Packages,
  wheel: Wheel,
  wheelFolder: string,
  addon: string,
  say: (line: string) => void,
): Promise<Checked | string> {
  const compiler = await findCompiler(system);
  if (compiler === undefined) return "no C++ compiler is installed (g++, c++ or clang++)";
  if (!system.exists(wheelFolder)) {
    const pip = await findPip(system);
    if (pip === undefined) return "pip is not installed";
    say(`Fetching ${wheel.requirement} through pip (about ${wheel.megabytes} MB, once) ...`);
    const failure = await fetchWheel(system, pip, wheel, wheelFolder);
    if (failure !== undefined) return failure;
  }
  say("Compiling the TensorFlow addon (10 to 20 s) ...");
  const built = `${wheelFolder}/tfjs_binding.node`;
  const failure = await compileAddon(system, compiler, { ...packages, wheelFolder }, built);
  if (failure !== undefined) return failure;
  await place(built, addon);
  return await checkTensorflow(system);
}

/** The addon kept beside a wheel's libraries. */
function cachedAddon(cache: string, wheel: Wheel): string {
  return `${cache}/${wheel.folder}/tfjs_binding.node`;
}

/** Copies a file, aside first and then renamed: a process that reads it meanwhile sees the old one or the new one. */
async function place(from: string, to: string): Promise<void> {
  await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
  const aside = `${to}.${crypto.randomUUID()}`;
  await Deno.copyFile(from, aside);
  await Deno.rename(aside, to);
}

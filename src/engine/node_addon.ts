/**
 * Where tfjs-node's native addon lies, and how it is loaded.
 *
 * The package's own entry finds its addon through node-pre-gyp, which reads every environment variable and much else;
 * loading kernels, backend and addon directly asks for no more than reading node_modules and loading the addon.
 * @module
 */
import { createRequire } from "node:module";
import util from "node:util";
import { EngineError } from "./errors.ts";
import { registerMendedKernels } from "./graph/mended_kernels.ts";
import { type NodeBinding, tf } from "./tfjs.ts";

/** Folder of the installed npm package, without a trailing slash. */
export function nodePackageFolder(): string {
  return decodeURIComponent(new URL("..", import.meta.resolve("@tensorflow/tfjs-node-gpu")).pathname).replace(
    /\/$/,
    "",
  );
}

/** Folder of the npm package with Node-API's C headers, without a trailing slash. */
export function headersFolder(): string {
  return decodeURIComponent(new URL(".", import.meta.resolve("node-api-headers")).pathname).replace(/\/$/, "");
}

/** The addon's path; it is there only after a set-up. */
export function addonPath(): string {
  return `${nodePackageFolder()}/lib/napi-v8/tfjs_binding.node`;
}

/** Whether `path` exists and is a file. */
function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Loads the addon and registers tfjs-node's kernels and backend under the name "tensorflow", once per process.
 *
 * @throws {EngineError} when the addon is not there, or its libraries are not.
 */
export function loadNodeBackend(): NodeBinding {
  loaded ??= load();
  return loaded;
}

let loaded: NodeBinding | undefined;

function load(): NodeBinding {
  if (!isFile(addonPath())) {
    throw new EngineError(
      `Cannot open engine "tensorflow": TensorFlow is not set up here; run "deno task setup", or choose another engine`,
    );
  }
  patchNodeUtil();
  const require = createRequire(import.meta.resolve("@tensorflow/tfjs-node-gpu"));
  let binding: NodeBinding;
  try {
    binding = require(addonPath());
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new EngineError(
      `Cannot open engine "tensorflow": its libraries do not load; run "deno task setup" again (${message})`,
      { cause: error },
    );
  }
  require("./register_all_kernels");
  const { NodeJSKernelBackend } = require("./nodejs_kernel_backend");
  tf.registerBackend("tensorflow", () => new NodeJSKernelBackend(binding, "@tensorflow/tfjs-node-gpu"), 3);
  registerMendedKernels();
  return binding;
}

/** tfjs-node still calls two functions that Node 23 and Deno dropped. */
function patchNodeUtil(): void {
  const target = util as unknown as Record<string, unknown>;
  target["isNullOrUndefined"] ??= (value: unknown) => value === null || value === undefined;
  target["isArray"] ??= Array.isArray;
}

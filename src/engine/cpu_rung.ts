/**
 * The `cpu` rung: tfjs's plain JavaScript kernels. Slow, always there, the reference of the tests.
 * @module
 */
import { EngineError } from "./errors.ts";
import type { OpenRung } from "./rung.ts";
import { tf } from "./tfjs.ts";

/** Makes plain JavaScript the current backend. */
export async function openCpu(): Promise<OpenRung> {
  // On its first write the backend advises to install the Node backend; here it was chosen on purpose.
  const backend = tf.findBackend("cpu") as { firstUse?: boolean } | null;
  if (backend === null || !(await tf.setBackend("cpu"))) {
    throw new EngineError(`Cannot open engine "cpu": TensorFlow.js did not register its JavaScript backend`);
  }
  backend.firstUse = false;
  return { version: `tfjs ${tf.version_core}`, device: "cpu", threads: 1 };
}

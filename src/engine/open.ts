/**
 * Opening an engine: one named, or the best that works.
 * @module
 */
import { compileStep } from "./compile.ts";
import { openCpu } from "./cpu_rung.ts";
import { EngineError } from "./errors.ts";
import { type OpenRung, type OpenRungFunction, reasonOf, type RungReport } from "./rung.ts";
import { openTensorflow } from "./tensorflow_rung.ts";
import { type Engine, type Rung, RUNGS } from "./types.ts";
import { openWasm } from "./wasm_rung.ts";
import { openWebgpu } from "./webgpu_rung.ts";

const OPENERS: Readonly<Record<Rung, OpenRungFunction>> = {
  tensorflow: openTensorflow,
  webgpu: openWebgpu,
  wasm: openWasm,
  cpu: openCpu,
};

/** The engine that is open now: TensorFlow.js has one current backend per process. */
let current: { rung: Rung; handles: number } | undefined;

/**
 * Opens an engine. "auto" takes the best rung that works: tensorflow, webgpu (a real GPU only), wasm, cpu.
 *
 * Engines of different rungs are opened one after the other: close the first before opening the second.
 *
 * @throws {EngineError} when the named rung does not work here, saying why and what to do, or when another rung is open.
 *
 * @example
 * ```ts
 * import { openEngine } from "./open.ts";
 * const engine = await openEngine("cpu");
 * console.log(engine.version, engine.device);
 * engine.close();
 * ```
 */
export async function openEngine(choice: Rung | "auto"): Promise<Engine> {
  if (choice !== "auto" && !RUNGS.includes(choice)) {
    throw new EngineError(`Cannot open engine "${choice}": no such engine, one of auto, ${RUNGS.join(", ")} is needed`);
  }
  if (current !== undefined && current.rung !== choice) {
    if (choice === "auto") return engineOf(current.rung, await OPENERS[current.rung]());
    throw new EngineError(`Cannot open engine "${choice}": engine "${current.rung}" is still open; close it first`);
  }
  if (choice !== "auto") return engineOf(choice, await open(choice));
  const reasons: string[] = [];
  for (const rung of RUNGS) {
    try {
      return engineOf(rung, await open(rung));
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      reasons.push(error.message);
    }
  }
  throw new EngineError(`Cannot open any engine:\n${reasons.join("\n")}`);
}

/**
 * Tries every rung in turn, best first. No engine may be open meanwhile.
 *
 * For a process that only looks: where the one Vulkan driver is Mesa's software one, looking for a GPU loads a second LLVM beside TensorFlow's,
 * and TensorFlow's graphs crash after that. "auto" never gets there, because it takes `tensorflow` before it looks for a GPU.
 *
 * @throws {EngineError} when an engine is open.
 */
export async function probeRungs(): Promise<readonly RungReport[]> {
  if (current !== undefined) throw new EngineError(`Cannot probe engines: engine "${current.rung}" is open`);
  const reports: RungReport[] = [];
  for (const rung of RUNGS) {
    try {
      reports.push({ rung, works: true, ...await open(rung) });
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      reports.push({ rung, works: false, reason: reasonOf(error) });
    }
  }
  return reports;
}

/** Opens a rung; whatever a backend throws becomes an EngineError, so that "auto" can go on to the next. */
async function open(rung: Rung): Promise<OpenRung> {
  try {
    return await OPENERS[rung]();
  } catch (error) {
    if (error instanceof EngineError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new EngineError(`Cannot open engine "${rung}": ${message.split("\n")[0]}`, { cause: error });
  }
}

/** A handle on the open rung. Closing the last handle lets another rung be opened. */
function engineOf(rung: Rung, opened: OpenRung): Engine {
  current = { rung, handles: (current?.handles ?? 0) + 1 };
  const compiled = new Set<{ dispose(): void }>();
  let closed = false;
  return {
    rung,
    ...opened,
    compile(step, options) {
      if (closed) throw new EngineError(`Cannot compile "${options.name}": engine "${rung}" is closed`);
      const made = compileStep(rung, step, options);
      compiled.add(made);
      return {
        run: (inputs) => made.run(inputs),
        readState: () => made.readState(),
        writeState: (state) => made.writeState(state),
        dispose() {
          compiled.delete(made);
          made.dispose();
        },
      };
    },
    close() {
      if (closed) return;
      closed = true;
      for (const made of compiled) made.dispose();
      compiled.clear();
      if (current === undefined || --current.handles === 0) current = undefined;
    },
  };
}

/**
 * A graph loaded into TensorFlow: one session, run by names.
 * @module
 */
import { EngineError } from "../errors.ts";
import { nodeBackend, type TensorMetadata } from "../tfjs.ts";
import type { Tensor } from "../tfjs.ts";
import { SERVE } from "./graph_def.ts";

/** One tensor fed to a session. */
export interface Feed {
  /** Name of a Placeholder. */
  readonly node: string;
  readonly tensor: Tensor;
}

/** A loaded graph. It holds native memory until {@linkcode close}. */
export class Session {
  #model: number | undefined;
  readonly #name: string;

  /**
   * Loads the contents of a `saved_model.pb`. TensorFlow reads SavedModels from a folder alone, so one is made and removed at once.
   *
   * @throws {EngineError} when TensorFlow refuses the graph, or no temporary folder can be made.
   */
  constructor(name: string, savedModel: Uint8Array) {
    this.#name = name;
    let folder: string | undefined;
    try {
      folder = Deno.makeTempDirSync({ prefix: "raie-step-" });
      Deno.mkdirSync(`${folder}/variables`);
      Deno.writeFileSync(`${folder}/saved_model.pb`, savedModel);
      this.#model = nodeBackend().binding.loadSavedModel(folder, SERVE);
    } catch (error) {
      throw failure(`Cannot load the graph of step "${name}"`, error);
    } finally {
      if (folder !== undefined) Deno.removeSync(folder, { recursive: true });
    }
  }

  /**
   * Runs the nodes `fetches` name and what they need; gives their first outputs back as tensors of the caller's scope.
   *
   * @throws {EngineError} when a kernel fails, or the session is closed.
   */
  run(feeds: readonly Feed[], fetches: readonly string[]): Tensor[] {
    const { binding } = nodeBackend();
    const metadata = this.#run(feeds, fetches);
    return metadata.map((item) => {
      if (item.dtype === binding.TF_INT64) {
        throw new EngineError(`Cannot fetch an output of step "${this.#name}": it is int64, cast it to int32`);
      }
      return nodeBackend().createOutputTensor(item);
    });
  }

  #run(feeds: readonly Feed[], fetches: readonly string[]): TensorMetadata[] {
    if (this.#model === undefined) throw new EngineError(`Cannot run step "${this.#name}": it was disposed`);
    const backend = nodeBackend();
    const ids = backend.getInputTensorIds(feeds.map(({ tensor }) => tensor));
    const names = feeds.map(({ node }) => `${node}:0`).join(",");
    try {
      return backend.binding.runSavedModel(this.#model, ids, names, fetches.map((node) => `${node}:0`).join(","));
    } catch (error) {
      throw failure(`Cannot run step "${this.#name}"`, error);
    }
  }

  /** Frees the graph and its variables; a second call does nothing. */
  close(): void {
    if (this.#model === undefined) return;
    nodeBackend().binding.deleteSavedModel(this.#model);
    this.#model = undefined;
  }
}

function failure(what: string, cause: unknown): EngineError {
  if (cause instanceof EngineError) return cause;
  return new EngineError(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}

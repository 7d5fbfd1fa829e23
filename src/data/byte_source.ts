/**
 * A file as a stream of bytes, unpacked and hashed on the way.
 * @module
 */
import { createHash, type Hash } from "node:crypto";
import { DataError } from "./errors.ts";
import { gunzip } from "./gunzip.ts";
import { mustBeFile } from "./regular_file.ts";

/** A data file that was read, for provenance. */
export interface FileDigest {
  readonly name: string;
  /** Size on disk. */
  readonly bytes: number;
  /** Of the file as it lies on disk (of the packed bytes of a `.gz`), so that `sha256sum` gives the same. */
  readonly sha256: string;
}

/** Told the bytes read from disk so far and the file's size. */
export type ReadProgress = (done: number, total: number) => void;

/**
 * Reads a file front to back into the caller's buffers. A name ending in `.gz` is unpacked on the way.
 * The SHA-256 is computed over the bytes on disk as they pass.
 */
export class ByteSource {
  readonly size: number;
  #done = 0;
  #left: Uint8Array = new Uint8Array(0);
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #changed: number | undefined;
  readonly #hash: Hash = createHash("sha256");
  readonly #unpacked: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly #onProgress: ReadProgress | undefined;

  private constructor(path: string, file: Deno.FsFile, { size, mtime }: Deno.FileInfo, onProgress?: ReadProgress) {
    this.#path = path;
    this.#file = file;
    this.size = size;
    this.#changed = mtime?.getTime();
    this.#onProgress = onProgress;
    if (path.endsWith(".gz")) {
      const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform: (chunk, controller) => {
          this.#count(chunk);
          controller.enqueue(chunk);
        },
      });
      this.#unpacked = gunzip(file.readable.pipeThrough(counted)).getReader();
    }
  }

  /**
   * Opens a file.
   * @throws {DataError} when it cannot be opened, or is a folder, a pipe or a device.
   */
  static async open(path: string, onProgress?: ReadProgress): Promise<ByteSource> {
    await mustBeFile(path);
    try {
      const file = await Deno.open(path, { read: true });
      return new ByteSource(path, file, await file.stat(), onProgress);
    } catch (cause) {
      throw new DataError(`Cannot open ${path}: ${messageOf(cause)}`, { file: path, cause });
    }
  }

  /**
   * Fills the front of `into` with at least one byte and returns how many; 0 at the end of the file.
   * @throws {DataError} when the system cannot read on, and when a packed file is damaged.
   */
  async read(into: Uint8Array): Promise<number> {
    if (this.#unpacked === undefined) {
      const count = await this.#readPlain(into);
      this.#count(into.subarray(0, count));
      return count;
    }
    while (this.#left.length === 0) {
      const next = await this.#unpack(this.#unpacked);
      if (next === undefined) return 0;
      this.#left = next;
    }
    const count = Math.min(into.length, this.#left.length);
    into.set(this.#left.subarray(0, count));
    this.#left = this.#left.subarray(count);
    return count;
  }

  /**
   * What was read. Call after the last read.
   * @throws {DataError} when the file is no longer the one that was opened: rows of two states would have been mixed.
   */
  async digest(name: string): Promise<FileDigest> {
    const change = await this.#change();
    if (change !== undefined) {
      throw new DataError(
        `Cannot read ${this.#path}: ${change} while it was being read; try again when nothing writes to it`,
        { file: this.#path },
      );
    }
    return { name, bytes: this.size, sha256: this.#hash.digest("hex") };
  }

  /** Closes the file; safe to call after an error. */
  async close(): Promise<void> {
    // A stream that ran to its end or failed has closed the file itself.
    if (this.#unpacked === undefined) this.#file.close();
    else await this.#unpacked.cancel().catch(() => undefined);
  }

  async #readPlain(into: Uint8Array): Promise<number> {
    try {
      return await this.#file.read(into) ?? 0;
    } catch (cause) {
      throw new DataError(`Cannot read ${this.#path}: ${messageOf(cause)}`, { file: this.#path, cause });
    }
  }

  async #unpack(stream: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | undefined> {
    try {
      return (await stream.read()).value;
    } catch (cause) {
      throw new DataError(
        `Cannot unpack ${this.#path}: ${messageOf(cause)}; the gzip file is damaged or cut off, or several in one: ` +
          `get it again, or unpack it yourself`,
        { file: this.#path, cause },
      );
    }
  }

  /** What happened to the file since it was opened, in words. */
  async #change(): Promise<string | undefined> {
    try {
      const { size, mtime } = await Deno.stat(this.#path);
      if (size !== this.size) return `its size changed from ${this.size} to ${size} bytes`;
      if (this.#done !== this.size) return `${this.#done} of its ${this.size} bytes were found`;
      return mtime?.getTime() === this.#changed ? undefined : "it was written to";
    } catch (cause) {
      if (cause instanceof Deno.errors.NotFound) return "it was removed";
      throw new DataError(`Cannot look at ${this.#path}: ${messageOf(cause)}`, { file: this.#path, cause });
    }
  }

  #count(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.#done += chunk.length;
    this.#onProgress?.(this.#done, this.size);
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

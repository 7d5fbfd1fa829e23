/**
 * One safetensors file of which tensors are read by their byte range: its header when it is opened, the rest on demand.
 * @module
 */
import { type HeaderEntry, headerLength, LENGTH_BYTES, parseHeader } from "./safetensors_header.ts";
import { WeightsError } from "./weights_error.ts";
import { FLOAT_BYTES, type FloatDtype, widen } from "./widen.ts";

/** Bytes that are read at once: what is held beside the floats. */
const BLOCK = 8_000_000;

/** A tensor of floats in a file. */
export type FloatEntry = HeaderEntry<FloatDtype>;

/** An open file of floats. */
export class SafetensorsFile {
  readonly path: string;
  /** Of the whole file. */
  readonly bytes: number;
  /** In the order of their bytes. */
  readonly entries: readonly FloatEntry[];
  readonly #file: Deno.FsFile;
  readonly #start: number;
  /** The latest read: reading moves the file's one place, so reads wait for each other. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(path: string, bytes: number, entries: readonly FloatEntry[], file: Deno.FsFile, start: number) {
    this.path = path;
    this.bytes = bytes;
    this.entries = entries;
    this.#file = file;
    this.#start = start;
  }

  /**
   * Opens a file and reads its header.
   * @throws {WeightsError} for a header that cannot be right, tensors of other dtypes than F32, F16 and BF16, and what is no file.
   */
  static async open(path: string): Promise<SafetensorsFile> {
    // A pipe would wait for a writer before it could be looked at.
    if (!(await Deno.stat(path)).isFile) throw new WeightsError(`Cannot read ${path}: it is no file`);
    const file = await Deno.open(path);
    try {
      const { size } = await file.stat();
      const length = headerLength(await fill(file, new Uint8Array(Math.min(LENGTH_BYTES, size)), path), size, path);
      const header = await fill(file, new Uint8Array(length), path);
      const start = LENGTH_BYTES + length;
      const entries = parseHeader<FloatDtype>(header, size - start, path, new Set(), FLOAT_BYTES);
      return new SafetensorsFile(path, size, entries, file, start);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /**
   * Floats of a tensor, from its number `from` on.
   * @throws {WeightsError} for one that is not finite, and where the file has been cut since it was opened.
   */
  async read({ name, dtype, from: place }: FloatEntry, from: number, count: number): Promise<Float32Array> {
    const floats = new Float32Array(count);
    const width = FLOAT_BYTES[dtype];
    const most = Math.floor(BLOCK / width);
    const raw = dtype === "F32" ? undefined : new Uint16Array(Math.min(count, most));
    for (let done = 0; done < count; done += most) {
      const into = new Uint32Array(floats.buffer, done * 4, Math.min(most, count - done));
      const block = raw?.subarray(0, into.length) ?? into;
      await this.#readAt(this.#start + place + (from + done) * width, block);
      const wrong = widen(dtype, block, into);
      if (wrong === -1) continue;
      throw new WeightsError(
        `Cannot read tensor ${JSON.stringify(name)} of ${this.path}: value ${
          from + done + wrong
        } is infinite or no number, ` +
          `wanted a finite number`,
      );
    }
    return floats;
  }

  /** Closes it; nothing can be read afterwards. */
  close(): void {
    this.#file.close();
  }

  async #readAt(place: number, block: Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): Promise<void> {
    const read = this.#turn.then(async () => {
      await this.#file.seek(place, Deno.SeekMode.Start);
      await fill(this.#file, new Uint8Array(block.buffer, block.byteOffset, block.byteLength), this.path);
    });
    this.#turn = read.catch(() => undefined);
    await read;
  }
}

async function fill(
  file: Deno.FsFile,
  bytes: Uint8Array<ArrayBuffer>,
  path: string,
): Promise<Uint8Array<ArrayBuffer>> {
  let filled = 0;
  while (filled < bytes.length) {
    const count = await file.read(bytes.subarray(filled));
    if (count === null) throw new WeightsError(`Cannot read ${path}: it has been cut while it was read`);
    filled += count;
  }
  return bytes;
}

/**
 * Downloads that can be taken up again.
 * @module
 */
import { dirname } from "node:path";
import type { ReadProgress } from "./byte_source.ts";
import { DataError } from "./errors.ts";

/** How to download. */
export interface DownloadOptions {
  /** Told the bytes there are and the whole size (0 while unknown). */
  readonly onProgress?: ReadProgress;
  readonly signal?: AbortSignal;
  /** Times a broken connection is taken up again before giving up. Default 3. */
  readonly retries?: number;
  /** Size of the right file, where it is known: a server that gives another one is refused, one that gives no end is not listened to. */
  readonly bytes?: number;
}

/**
 * Downloads a file. What has arrived lies in `PATH.part` until it is whole, so that a later call goes on from there with an HTTP range,
 * provided that the server's file has not changed since (its ETag or date is kept in `PATH.part.tag`); otherwise it begins anew.
 *
 * @throws {DataError} when the server refuses or cannot be reached, gives a file of another size than `bytes`, or the connection breaks more
 * than `retries` times.
 */
export async function download(url: string, path: string, options: DownloadOptions = {}): Promise<void> {
  const part = `${path}.part`;
  for (let attempt = 0;; attempt++) {
    const before = await sizeOf(part);
    try {
      await downloadOnce(url, path, options);
      return;
    } catch (cause) {
      if (cause instanceof DataError || options.signal?.aborted) throw cause;
      const after = await sizeOf(part);
      // Without any progress trying again is no use.
      if (attempt < (options.retries ?? 3) && after > before) continue;
      throw new DataError(
        `Cannot download ${url}: ${reason(cause)}; ${after} bytes are kept, the same command goes on from there. ` +
          `Where this machine cannot reach it, fetch it elsewhere and put its files into ${dirname(path)}`,
        { file: part, cause },
      );
    }
  }
}

async function downloadOnce(url: string, path: string, options: DownloadOptions): Promise<void> {
  const { onProgress, signal, bytes } = options;
  const part = `${path}.part`;
  const tag = await readTag(part);
  const have = tag === undefined ? 0 : await sizeOf(part);
  const headers = new Headers({ "accept-encoding": "identity" });
  if (have > 0 && tag !== undefined) {
    headers.set("range", `bytes=${have}-`);
    headers.set("if-range", tag);
  }
  const response = await fetch(url, { headers, ...(signal && { signal }) });
  const resumed = response.status === 206 && have > 0 && rangeStart(response) === have;
  if (response.status === 416 || (response.status === 206 && !resumed)) {
    await response.body?.cancel();
    // The kept part is no beginning of what is there now.
    await Deno.remove(part);
    await Deno.remove(`${part}.tag`);
    return await downloadOnce(url, path, options);
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new DataError(
      `Cannot download ${url}: the server answers ${response.status} ${response.statusText}`.trimEnd(),
    );
  }
  const start = resumed ? have : 0;
  const length = Number(response.headers.get("content-length") ?? NaN);
  const total = Number.isFinite(length) ? start + length : 0;
  if (bytes !== undefined && total > 0 && total !== bytes) {
    await response.body.cancel();
    throw new DataError(`Cannot download ${url}: the server gives ${total} bytes, wanted ${bytes}`);
  }
  if (!resumed) await writeTag(part, response.headers);
  const done = await append(response.body, part, start, (done) => onProgress?.(done, total), bytes);
  if (bytes !== undefined && done > bytes) {
    await Deno.remove(part);
    await Deno.remove(`${part}.tag`).catch(ignoreMissing);
    throw new DataError(`Cannot download ${url}: the server gives more than ${bytes} bytes, wanted no more`);
  }
  if (total > 0 && done !== total) throw new RangeError(`the connection ended after ${done} of ${total} bytes`);
  await Deno.rename(part, path);
  await Deno.remove(`${part}.tag`).catch(ignoreMissing);
}

/** Adds what arrives to the part, to the first piece that goes beyond `most`; the part's size. */
async function append(
  body: ReadableStream<Uint8Array>,
  part: string,
  start: number,
  onBytes: (bytes: number) => void,
  most = Infinity,
): Promise<number> {
  using file = await Deno.open(part, {
    write: true,
    create: true,
    ...(start > 0 ? { append: true } : { truncate: true }),
  });
  let bytes = start;
  onBytes(bytes);
  for await (const chunk of body) {
    for (let done = 0; done < chunk.length;) done += await file.write(chunk.subarray(done));
    bytes += chunk.length;
    onBytes(bytes);
    if (bytes > most) break;
  }
  return bytes;
}

/** First byte of a partial answer, NaN when it does not say. */
function rangeStart(response: Response): number {
  return Number(/^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1] ?? NaN);
}

/** A strong ETag or a date is what If-Range may hold; without one a part cannot be trusted and the download begins anew. */
async function writeTag(part: string, headers: Headers): Promise<void> {
  const etag = headers.get("etag");
  const tag = etag !== null && !etag.startsWith("W/") ? etag : headers.get("last-modified");
  if (tag === null) await Deno.remove(`${part}.tag`).catch(ignoreMissing);
  else await Deno.writeTextFile(`${part}.tag`, tag);
}

async function readTag(part: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(`${part}.tag`);
  } catch (error) {
    ignoreMissing(error);
    return undefined;
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    ignoreMissing(error);
    return 0;
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** What an error says, and what brought it about: fetch itself says no more than that it failed. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} (${reason(error.cause)})`;
}

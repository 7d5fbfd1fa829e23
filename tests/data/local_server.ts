/**
 * A file server on loopback whose behaviour tests choose.
 * @module
 */

/** What the server does with one file. */
export interface Served {
  readonly body: Uint8Array<ArrayBuffer>;
  etag?: string;
  /** Bytes after which the connection breaks, for the first request only. */
  breakAfter?: number;
  /** Whether ranges are answered; default true. */
  ranges?: boolean;
}

/** Serves `files` by path while `use` runs; gives it the server's URL and the requests' Range headers. */
export async function withServer<T>(
  files: Readonly<Record<string, Served>>,
  use: (url: string, ranges: (string | null)[]) => Promise<T>,
): Promise<T> {
  const ranges: (string | null)[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => undefined }, (request) => {
    const file = files[new URL(request.url).pathname];
    if (file === undefined) return new Response("no such file", { status: 404 });
    const range = request.headers.get("range");
    ranges.push(range);
    return answer(file, range, request.headers.get("if-range"));
  });
  try {
    return await use(`http://127.0.0.1:${server.addr.port}`, ranges);
  } finally {
    await server.shutdown();
  }
}

function answer(file: Served, range: string | null, ifRange: string | null): Response {
  const { body, etag, breakAfter } = file;
  const headers = new Headers(etag === undefined ? {} : { etag });
  if (breakAfter !== undefined) {
    delete file.breakAfter;
    headers.set("content-length", String(body.length));
    return new Response(broken(body.subarray(0, breakAfter)), { headers });
  }
  const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
  if (start === 0 || file.ranges === false || ifRange !== etag) return new Response(body, { headers });
  if (start >= body.length) return new Response(null, { status: 416 });
  headers.set("content-range", `bytes ${start}-${body.length - 1}/${body.length}`);
  return new Response(body.subarray(start), { status: 206, headers });
}

/** A body that ends short of its declared length, which makes the server drop the connection. */
function broken(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  let sent = false;
  return new ReadableStream({
    async pull(controller) {
      if (!sent) {
        sent = true;
        controller.enqueue(bytes);
        return;
      }
      // The bytes must be on their way before the connection goes.
      await new Promise((resolve) => setTimeout(resolve, 50));
      controller.close();
    },
  });
}

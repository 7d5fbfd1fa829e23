import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { Store } from "../../src/pipeline/store.ts";
import { takeInventory, verifyStore } from "../../src/pipeline/inventory.ts";
import { collect } from "../../src/pipeline/collect.ts";

const CLIENT = fileURLToPath(new URL("./store_client.ts", import.meta.url));
const identity = { kind: "backbone", version: 1, parameters: {}, inputs: {} };

/** Begins a command on "another" host: the next word is its name. */
const OTHER_HOST = ["unshare", "-Ur", "--uts", "sh", "-c", 'hostname "$1" && shift && exec "$@"', "sh"];

/** Why this system gives no process a host name of its own; false where it does. */
async function noOtherHost(): Promise<string | false> {
  try {
    const [program, ...args] = [...OTHER_HOST, "node1", "hostname"];
    const { stdout, stderr } = await new Deno.Command(program!, { args }).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    return said === "node1\n" ? false : `no process has a host name of its own here: ${said}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "there is no unshare";
    throw error;
  }
}

const oneHost = await noOtherHost();

describe("a store used by several processes", () => {
  let root: string;
  const clients: Deno.ChildProcess[] = [];
  beforeEach(() => root = Deno.makeTempDirSync());
  afterEach(async () => {
    for (const client of clients.splice(0)) {
      try {
        client.kill("SIGKILL");
      } catch (error) {
        // It has ended by itself.
        if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
      }
      await client.status;
    }
    Deno.removeSync(root, { recursive: true });
  });

  /** A process that computes the stage for `milliseconds`, then keeps its lease until it is killed; on a host of another name, if one is given. */
  function client(milliseconds: number, flags: string[] = ["--allow-sys=hostname"], host?: string): Deno.ChildProcess {
    const run = ["run", "-q", "--no-prompt", "--allow-read", "--allow-write", ...flags, CLIENT, root];
    const words = [Deno.execPath(), ...run, String(milliseconds)];
    const [program, ...args] = host === undefined ? words : [...OTHER_HOST, host, ...words];
    const process = new Deno.Command(program!, {
      args,
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    clients.push(process);
    return process;
  }

  /** Lines of a process as they come. */
  function lines(process: Deno.ChildProcess): () => Promise<string> {
    const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    return async () => {
      while (!rest.includes("\n")) {
        const { value, done } = await reader.read();
        if (done) return rest;
        rest += value;
      }
      const line = rest.slice(0, rest.indexOf("\n"));
      rest = rest.slice(line.length + 1);
      return line;
    };
  }

  it("computes a stage once for two processes that want it at the same time", async () => {
    const [a, b] = [lines(client(600)), lines(client(600))];
    const told: string[] = [];
    for (const next of [a, b]) {
      let line = await next();
      while (!line.startsWith("done")) {
        told.push(line);
        line = await next();
      }
      told.push(line);
    }
    assert.equal(told.filter((line) => line === "computing").length, 1);
    assert.deepEqual(told.filter((line) => line.startsWith("done")).sort(), ["done cached=false", "done cached=true"]);
    assert.ok(
      told.some((line) => /^waiting: process \d+ on host \S+ \(since .*\) is computing backbone/.test(line)),
      told.join("\n"),
    );
  });

  it("computes a stage once for two hosts that share its file system", { skip: oneHost }, async () => {
    const next = ["node1", "node2"].map((host) => lines(client(800, ["--allow-sys=hostname"], host)));
    const told: string[] = [];
    for (const line of next) {
      for (let text = await line();; text = await line()) {
        told.push(text);
        if (text.startsWith("done")) break;
      }
    }
    assert.equal(told.filter((line) => line === "computing").length, 1, told.join("\n"));
    assert.deepEqual(told.filter((line) => line.startsWith("done")).sort(), ["done cached=false", "done cached=true"]);
    assert.match(told.join("\n"), /waiting: process \d+ on host node[12] \(since .*\) is computing backbone/);
    assert.deepEqual(await verifyStore(root, await takeInventory(root)), []);
  });

  it("takes the lock of a killed process over at once, and its checkpoints with it", async () => {
    const first = client(60_000);
    assert.equal(await lines(first)(), "computing");
    first.kill("SIGKILL");
    await first.status;
    const said: string[] = [];
    const store = new Store(root, { say: (line) => said.push(line) });
    const begin = performance.now();
    const { cached } = await store.stage(identity, async (folder, scratch) => {
      assert.equal(await Deno.readTextFile(join(scratch, "kept")), "half way");
      await Deno.writeTextFile(join(folder, "result"), "whole");
    });
    assert.equal(cached, false);
    assert.ok(performance.now() - begin < 5000);
    assert.match(said.join("\n"), /process \d+ on host .* ended before backbone was done: going on from there/);
    await store.close();
    assert.deepEqual(await verifyStore(root, await takeInventory(root)), []);
    assert.deepEqual((await takeInventory(root)).leftovers.map(({ what }) => what), ["half written"]);
  });

  it("lets two processes that find a dead owner's lock take it one after the other", async () => {
    const first = client(60_000);
    await lines(first)();
    first.kill("SIGKILL");
    await first.status;
    const takers = [lines(client(400)), lines(client(400))];
    const told: string[] = [];
    for (const next of takers) {
      for (let line = await next();; line = await next()) {
        told.push(line);
        if (line.startsWith("done")) break;
      }
    }
    assert.equal(told.filter((line) => line === "computing").length, 1, told.join("\n"));
  });

  it("works without the permission to ask for the host's name", async () => {
    const next = lines(client(0, []));
    assert.equal(await next(), "computing");
    assert.equal(await next(), "done cached=false");
  });

  it("never collects what a running process uses, and collects it once that has ended", async () => {
    const user = client(0);
    const next = lines(user);
    while (!(await next()).startsWith("done"));
    const during = await collect(root, { maxSize: 0 });
    assert.deepEqual(during.removed, []);
    assert.equal(during.inUse.length, 1);
    user.kill("SIGKILL");
    await user.status;
    const after = await collect(root, { maxSize: 0 });
    assert.equal(after.removed.length, 1);
    assert.equal(after.left, 0);
    assert.deepEqual((await takeInventory(root)).entries, []);
  });

  it("gives up waiting when it is interrupted", async () => {
    await lines(client(60_000))();
    const abort = new AbortController();
    const store = new Store(root, {
      signal: abort.signal,
      say: () => setTimeout(() => abort.abort(new RangeError("interrupted")), 50),
    });
    await assert.rejects(store.stage(identity, () => assert.fail("computed in spite of the lock")), /interrupted/);
    await store.close();
  });
});

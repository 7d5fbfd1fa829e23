/** A process that uses a store: `store_client.ts ROOT MILLISECONDS`. It says what it does, line by line, and stays until it is killed. */
import { join } from "node:path";
import { Store } from "../../src/pipeline/store.ts";

const [root, milliseconds] = Deno.args;
const store = new Store(root!, { say: (line) => console.log(line) });
const identity = { kind: "backbone", version: 1, parameters: {}, inputs: {} };
const { cached } = await store.stage(identity, async (folder, scratch) => {
  await Deno.mkdir(scratch, { recursive: true });
  await Deno.writeTextFile(join(scratch, "kept"), "half way");
  console.log("computing");
  await new Promise((resolve) => setTimeout(resolve, Number(milliseconds)));
  await Deno.writeTextFile(join(folder, "result"), "whole");
});
console.log(`done cached=${cached}`);
setInterval(() => {}, 1000);

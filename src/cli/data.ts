/**
 * `deno task data`: lists data sets, fetches them, verifies what is there.
 * @module
 */
import { type Descriptor, descriptorIds, readDescriptor } from "../data/descriptors.ts";
import { fetchDataset } from "../data/fetch_dataset.ts";
import { howToGet } from "../data/load.ts";
import { dataFolders, locateDataset } from "../data/locate.ts";
import { verifyDataset } from "../data/verify_dataset.ts";
import { Progress } from "../pipeline/progress.ts";
import { terminalView } from "../pipeline/terminal_view.ts";
import { UsageError } from "./args.ts";
import type { Arguments, Command } from "./types.ts";

/** The command. */
export const command: Command = {
  name: "data",
  summary: "list, fetch and verify data sets",
  usage: "deno task data list | fetch ID... | verify ID... [options]",
  positional: { min: 1, max: Infinity },
  options: [
    {
      name: "data",
      value: "DIR",
      summary: "folder of data sets, looked in first and fetched into (else RAIE_DATA, else datasets/cache)",
    },
    { name: "quiet", summary: "no progress" },
  ],
  run,
};

async function run(args: Arguments): Promise<number> {
  const [action, ...ids] = args.positional;
  if (action === "list") {
    if (ids.length > 0) throw new UsageError(`"data list" takes no data set: found "${ids[0]}"`, "data");
    return await list(args);
  }
  if (action !== "fetch" && action !== "verify") {
    throw new UsageError(`There is no "data ${action}": wanted list, fetch or verify`, "data");
  }
  if (ids.length === 0) {
    throw new UsageError(`"data ${action}" needs the id of a data set; "data list" shows them`, "data");
  }
  let code = 0;
  for (const descriptor of await Promise.all(ids.map((id) => readDescriptor(id)))) {
    const one = action === "fetch" ? await fetchOne(descriptor, args) : await verifyOne(descriptor, args);
    code = Math.max(code, one);
  }
  return code;
}

async function list(args: Arguments): Promise<number> {
  const ids = await descriptorIds();
  const wide = Math.max(...ids.map((id) => id.length));
  for (const id of ids) {
    const { title, descriptor, ready, files } = await locateDataset({ id, badLines: "stop" }, folders(args));
    const state = files.length === 0 ? "made by the program" : ready ? `here: ${files[0]!.path}` : wanting(descriptor);
    const terms = descriptor === undefined ? [] : [`terms: ${descriptor.licence}`];
    console.log(
      [`${id.padEnd(wide)}  ${title}`, ...[state, ...terms].map((line) => " ".repeat(wide + 2) + line)].join("\n"),
    );
  }
  return 0;
}

async function fetchOne(descriptor: Descriptor, args: Arguments): Promise<number> {
  const folder = dataFolders(folders(args))[0]!;
  if (descriptor.access !== "download") {
    const found = await locateDataset({ id: descriptor.id, badLines: "stop" }, folders(args));
    if (found.ready) {
      console.log(found.files[0]?.path ?? `${descriptor.id} is made by the program; there is nothing to fetch`);
      return 0;
    }
    console.error(
      `${descriptor.title} is not downloaded by this program.\n${descriptor.instructions}\nTerms: ${descriptor.licence}`,
    );
    return 2;
  }
  console.error(`${descriptor.title} from ${descriptor.source}\nTerms: ${descriptor.licence}`);
  const progress = new Progress(args.has("quiet") ? [] : [terminalView()]);
  const start = performance.now();
  await progress.begin(`fetch ${descriptor.id}`);
  const paths = await fetchDataset(descriptor, folder, {
    // Nothing is to be waited for: without a signal the tick only draws.
    onProgress: (what, done, total) => void progress.tick(what, done, total),
  });
  progress.end((performance.now() - start) / 1000, false);
  for (const path of paths) console.log(path);
  return 0;
}

async function verifyOne(descriptor: Descriptor, args: Arguments): Promise<number> {
  const files = await verifyDataset(descriptor, dataFolders(folders(args)));
  if (files.length === 0) console.log(`${descriptor.id}: made by the program, nothing to verify`);
  for (const { name, state, detail } of files) {
    const why = state === "unknown" ? "; its publisher gives no checksum to hold it to" : "";
    console.log(`${state.padEnd(8)} ${name}: ${detail}${why}`);
  }
  // Only the first file is needed to read interactions; titles of items may be missing.
  const bad = files.some(({ state }, index) => state === "wrong" || (state === "missing" && index === 0));
  if (bad) console.error(howToGet(descriptor));
  return bad ? 2 : 0;
}

function folders(args: Arguments): { dataDir?: string } {
  const dataDir = args.text("data");
  return dataDir === undefined ? {} : { dataDir };
}

function wanting(descriptor: Descriptor | undefined): string {
  if (descriptor?.access === "by-hand") return `not here; by hand: ${descriptor.instructions ?? descriptor.source}`;
  return `not here; deno task data fetch ${descriptor?.id ?? "ID"}`;
}

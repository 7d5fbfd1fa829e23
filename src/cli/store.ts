/**
 * `deno task store list | verify | gc | export`: what the store holds, whether it is whole, how to make it smaller and how to take something out.
 * @module
 */
import { collect } from "../pipeline/collect.ts";
import { exportResult } from "../pipeline/export_result.ts";
import { type Inventory, takeInventory, verifyStore } from "../pipeline/inventory.ts";
import { UsageError } from "./args.ts";
import { parseSize, showSize } from "./sizes.ts";
import { storeRoot } from "./specs.ts";
import type { Arguments, Command } from "./types.ts";

/** The command. */
export const command: Command = {
  name: "store",
  summary: "list, verify, clean up or copy out what runs have computed, such as a backbone's weights",
  usage: "deno task store list | verify | gc [--keep-days N] [--max-size S] [--dry-run] | export RESULT DIR",
  positional: { min: 1, max: 3 },
  options: [
    { name: "keep-days", value: "N", summary: "gc: remove what no run has used for more than N days, checkpoints too" },
    { name: "max-size", value: "S", summary: "gc: remove the least recently used until S is left, e.g. 500MB, 2GiB" },
    { name: "dry-run", summary: "gc: say what would go, remove nothing" },
    { name: "json", summary: "one JSON line an entry on standard output" },
  ],
  examples: [
    "deno task store list",
    "deno task store gc --keep-days 30 --dry-run",
    "deno task store export backbone/3f2a weights",
  ],
  async run(args) {
    const root = storeRoot();
    const [action, ...more] = args.positional;
    const takes = action === "export" ? 2 : 0;
    if (more.length !== takes) {
      const wanted = takes === 0 ? "nothing more" : "a result as list names it, or its beginning, and a folder";
      throw new UsageError(`deno task store ${action} wants ${wanted}: found "${more.join(" ")}"`, "store");
    }
    for (const name of ["keep-days", "max-size", "dry-run"]) {
      if (action !== "gc" && args.has(name)) throw new UsageError(`--${name} belongs to gc, not to ${action}`, "store");
    }
    switch (action) {
      case "list":
        return list(root, await takeInventory(root), args);
      case "verify":
        return await verify(root, args);
      case "gc":
        return await clean(root, args);
      case "export":
        return await copyOut(root, more[0]!, more[1]!, args);
      default:
        throw new UsageError(`deno task store wants list, verify, gc or export: found "${action}"`, "store");
    }
  },
};

function list(root: string, { entries, leftovers }: Inventory, args: Arguments): number {
  if (!args.has("json") && entries.length + leftovers.length > 0) {
    console.log(
      ["result".padEnd(36), "of".padEnd(18), "size".padStart(9), "took".padStart(10), "last used".padEnd(10), "used by"]
        .join("  "),
    );
  }
  for (const { entry, bytes, lastUsed, usedBy, runs, manifest } of entries) {
    const seconds = manifest?.seconds;
    const of = manifest === undefined ? "" : about(manifest.identity.parameters);
    if (args.has("json")) console.log(JSON.stringify({ entry, of, bytes, lastUsed, usedBy, runs, seconds }));
    else {
      const refers = [
        usedBy.length === 0 ? "" : `${usedBy.length} ${usedBy.length === 1 ? "entry" : "entries"}`,
        runs.join(", "),
      ].filter(Boolean).join(
        "; ",
      );
      const took = seconds === undefined ? "unreadable" : `${seconds.toFixed(1)} s`;
      const columns = [entry.padEnd(36), of.padEnd(18), showSize(bytes).padStart(9), took.padStart(10), day(lastUsed)];
      console.log(`${columns.join("  ")}  ${refers === "" ? "nothing" : refers}`);
    }
  }
  for (const { path, what, bytes, lastUsed } of leftovers) {
    if (args.has("json")) console.log(JSON.stringify({ leftover: path, what, bytes, lastUsed }));
    else {console.log(
        [path.padEnd(36), "".padEnd(18), showSize(bytes).padStart(9), what.padStart(10), day(lastUsed)].join("  "),
      );}
  }
  const bytes = [...entries, ...leftovers].reduce((sum, each) => sum + each.bytes, 0);
  if (!args.has("json")) {
    console.log(`${root}: ${entries.length} results, ${leftovers.length} leftovers, ${showSize(bytes)}`);
  }
  return 0;
}

/** Which backbone, or which method on which slice, with which seed, as far as a result's parameters say. */
function about(parameters: unknown): string {
  const { backbone, method, slice, seed } = Object(parameters) as Record<string, unknown>;
  const kind = (Object(backbone) as Record<string, unknown>).kind;
  return [kind, method, slice, seed === undefined ? undefined : `seed ${seed}`].filter(Boolean).join(" ");
}

async function copyOut(root: string, name: string, folder: string, args: Arguments): Promise<number> {
  const { entry, files } = await exportResult(root, name, folder);
  for (const file of files) console.log(args.has("json") ? JSON.stringify({ entry, file }) : file);
  return 0;
}

const day = (date: Date): string => date.toISOString().slice(0, 10);

async function verify(root: string, args: Arguments): Promise<number> {
  const inventory = await takeInventory(root);
  const damage = await verifyStore(root, inventory);
  for (const { entry, files } of damage) {
    if (args.has("json")) console.log(JSON.stringify({ damaged: entry, files }));
    else {console.log(
        `${entry} is damaged: ${files.length === 0 ? "no manifest of its own that can be read" : files.join(", ")}`,
      );}
  }
  const { length } = inventory.entries;
  console.error(
    `${root}: ${length - damage.length} of ${length} results are whole` +
      (damage.length === 0 ? "" : "; a run that needs a damaged one puts it aside and computes it again"),
  );
  return damage.length === 0 ? 0 : 1;
}

async function clean(root: string, args: Arguments): Promise<number> {
  const days = args.text("keep-days");
  if (days !== undefined && !/^\d+(\.\d+)?$/.test(days)) {
    throw new UsageError(`--keep-days wants a number of days: found "${days}"`, "store");
  }
  const size = args.text("max-size");
  const dryRun = args.has("dry-run");
  const { removed, inUse, left } = await collect(root, {
    dryRun,
    keepDays: days === undefined ? undefined : Number(days),
    maxSize: size === undefined ? undefined : parseSize(size, "max-size", "store"),
  });
  for (const { path, bytes, why } of removed) {
    if (args.has("json")) console.log(JSON.stringify({ removed: path, bytes, why }));
    else console.log(`${dryRun ? "would remove" : "removed"} ${path}  ${showSize(bytes)}  ${why}`);
  }
  for (const path of inUse) console.error(`kept ${path}: a running process uses it`);
  const freed = removed.reduce((sum, { bytes }) => sum + bytes, 0);
  console.error(`${root}: ${dryRun ? "would free" : "freed"} ${showSize(freed)}, ${showSize(left)} of results stay`);
  return 0;
}

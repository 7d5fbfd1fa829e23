/**
 * `deno task store list | verify | gc`: what the store holds, whether it is whole, and how to make it smaller.
 * @module
 */
import { collect } from "../pipeline/collect.ts";
import { type Inventory, takeInventory, verifyStore } from "../pipeline/inventory.ts";
import { UsageError } from "./args.ts";
import { parseSize, showSize } from "./sizes.ts";
import { storeRoot } from "./specs.ts";
import type { Arguments, Command } from "./types.ts";

/** The command. */
export const command: Command = {
  name: "store",
  summary: "list, verify and clean up what runs have computed",
  usage: "deno task store list | verify | gc [--keep-days N] [--max-size S] [--dry-run]",
  positional: { min: 1, max: 1 },
  options: [
    { name: "keep-days", value: "N", summary: "gc: remove what no run has used for more than N days, checkpoints too" },
    { name: "max-size", value: "S", summary: "gc: remove the least recently used until S is left, e.g. 500MB, 2GiB" },
    { name: "dry-run", summary: "gc: say what would go, remove nothing" },
    { name: "json", summary: "one JSON line an entry on standard output" },
  ],
  examples: ["deno task store list", "deno task store gc --keep-days 30 --dry-run"],
  async run(args) {
    const root = storeRoot();
    const [action] = args.positional;
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
      default:
        throw new UsageError(`deno task store wants list, verify or gc: found "${action}"`, "store");
    }
  },
};

function list(root: string, { entries, leftovers }: Inventory, args: Arguments): number {
  if (!args.has("json") && entries.length + leftovers.length > 0) {
    console.log(
      ["result".padEnd(36), "size".padStart(9), "took".padStart(10), "last used".padEnd(10), "used by"].join("  "),
    );
  }
  for (const { entry, bytes, lastUsed, usedBy, runs, manifest } of entries) {
    const seconds = manifest?.seconds;
    if (args.has("json")) console.log(JSON.stringify({ entry, bytes, lastUsed, usedBy, runs, seconds }));
    else {
      const refers = [
        usedBy.length === 0 ? "" : `${usedBy.length} ${usedBy.length === 1 ? "entry" : "entries"}`,
        runs.join(", "),
      ].filter(Boolean).join(
        "; ",
      );
      const took = seconds === undefined ? "unreadable" : `${seconds.toFixed(1)} s`;
      const columns = [entry.padEnd(36), showSize(bytes).padStart(9), took.padStart(10), day(lastUsed)];
      console.log(`${columns.join("  ")}  ${refers === "" ? "nothing" : refers}`);
    }
  }
  for (const { path, what, bytes, lastUsed } of leftovers) {
    if (args.has("json")) console.log(JSON.stringify({ leftover: path, what, bytes, lastUsed }));
    else console.log([path.padEnd(36), showSize(bytes).padStart(9), what.padStart(10), day(lastUsed)].join("  "));
  }
  const bytes = [...entries, ...leftovers].reduce((sum, each) => sum + each.bytes, 0);
  if (!args.has("json")) {
    console.log(`${root}: ${entries.length} results, ${leftovers.length} leftovers, ${showSize(bytes)}`);
  }
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

/**
 * Writes the interactions that a generator makes as a CSV file, which is then read as a user's own would be: `draw_data.ts DATASET FILE`, where
 * DATASET is the JSON of a spec's `dataset`. Prints how many as JSON.
 * @module
 */
import { loadDataset } from "../../../src/data/load.ts";
import type { Interactions } from "../../../src/data/types.ts";
import { resolveDataset } from "../../../src/spec/resolve_data.ts";
import { COLUMNS } from "./axes.ts";

/** Bytes written at a time, about. */
const CHUNK = 1 << 20;

async function write(
  { count, users, items, times, ratings, userIds, itemIds }: Interactions,
  path: string,
): Promise<void> {
  await using file = await Deno.open(path, { write: true, create: true, truncate: true });
  const encoder = new TextEncoder();
  let text = `${Object.values(COLUMNS).slice(0, ratings === undefined ? 3 : 4)}\n`;
  for (let row = 0; row < count; row++) {
    text += `${userIds[users[row]!]},${itemIds[items[row]!]},${times[row]}${
      ratings === undefined ? "" : `,${ratings[row]}`
    }\n`;
    if (text.length < CHUNK && row < count - 1) continue;
    const bytes = encoder.encode(text);
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    text = "";
  }
}

if (import.meta.main) {
  const [dataset = "", path = ""] = Deno.args;
  const interactions = await loadDataset(resolveDataset(JSON.parse(dataset), path));
  await write(interactions, path);
  console.log(JSON.stringify({ interactions: interactions.count }));
}

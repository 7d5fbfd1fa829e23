/**
 * Users' whole histories inside one slice.
 * @module
 */
import type { UserRows } from "./positives.ts";
import type { Interactions, UserSequences } from "./types.ts";

/** Users' positives as catalogue indices; items outside are left out, and users of whom nothing is left. */
export function userSequences(
  { users, offsets, rows }: UserRows,
  interactions: Interactions,
  index: Int32Array,
): UserSequences {
  const names = new Int32Array(users.length);
  const borders = new Int32Array(users.length + 1);
  const items = new Int32Array(rows.length);
  const times = new Float64Array(rows.length);
  let present = 0;
  let at = 0;
  for (let user = 0; user < users.length; user++) {
    const before = at;
    for (let place = offsets[user]!; place < offsets[user + 1]!; place++) {
      const row = rows[place]!;
      const item = index[interactions.items[row]!]!;
      if (item === 0) continue;
      items[at] = item;
      times[at++] = interactions.times[row]!;
    }
    if (at === before) continue;
    names[present++] = users[user]!;
    borders[present] = at;
  }
  return {
    users: names.slice(0, present),
    offsets: borders.slice(0, present + 1),
    items: items.slice(0, at),
    times: times.slice(0, at),
  };
}

/** Takes the last positive, a held-out window's target, from every user who has such a window. */
export function withoutHeldOut({ users, offsets, rows }: UserRows, context: number): UserRows {
  const kept = new Int32Array(rows.length);
  const borders = new Int32Array(offsets.length);
  let at = 0;
  for (let user = 0; user < users.length; user++) {
    const length = offsets[user + 1]! - offsets[user]!;
    const end = offsets[user + 1]! - (length > context ? 1 : 0);
    kept.set(rows.subarray(offsets[user], end), at);
    at += end - offsets[user]!;
    borders[user + 1] = at;
  }
  return { users, offsets: borders, rows: kept.slice(0, at) };
}

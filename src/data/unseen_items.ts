/**
 * Windows whose items a model may never have seen.
 * @module
 */
import type { Windows } from "./types.ts";

/** Windows with known items only, and how many were left out. */
export interface KnownWindows {
  readonly windows: Windows;
  readonly dropped: number;
}

/**
 * Under `catalogue: "seen"` a model can neither score nor read an item that appears in T only. A window with such a target is dropped and
 * counted, since no model could be right about it. Inside a context such items are taken out and the rest moves to the end, with padding (0)
 * in front, as in the context of a user with a shorter history; padding has the time of the first item left. A window whose context is
 * empty after that is dropped too.
 */
export function withoutUnseenItems(windows: Windows): KnownWindows {
  if (!windows.items.includes(0)) return { windows, dropped: 0 };
  const { context } = windows;
  const width = context + 1;
  const users: number[] = [];
  const items = new Int32Array(windows.items.length);
  const times = new Float64Array(windows.times.length);
  for (let row = 0; row < windows.count; row++) {
    const from = row * width;
    if (windows.items[from + context] === 0) continue;
    const base = users.length * width;
    let at = base + width;
    for (let place = from + context; place >= from; place--) {
      if (windows.items[place] === 0) continue;
      items[--at] = windows.items[place]!;
      times[at] = windows.times[place]!;
    }
    if (at === base + context) {
      items[at] = 0;
      continue;
    }
    times.fill(times[at]!, base, at);
    items.fill(0, base, at);
    users.push(windows.users[row]!);
  }
  const count = users.length;
  return {
    windows: {
      count,
      context,
      users: Int32Array.from(users),
      items: items.slice(0, count * width),
      times: times.slice(0, count * width),
    },
    dropped: windows.count - count,
  };
}

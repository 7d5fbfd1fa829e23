/**
 * A run as lines of text: every stage, how far it is, its loss, what may be left.
 * @module
 */
import type { RunState, StageState } from "../pipeline/run_state.ts";
import { barOf } from "../pipeline/terminal_view.ts";
import { timeText } from "../pipeline/wording.ts";
import { writtenOut } from "../spec/shown_text.ts";

/** A log that is silent for so long is worth a word; seconds. */
const SILENCE = 60;
const SPARKS = "▁▂▃▄▅▆▇█";
const SPARK_WIDTH = 16;

/** What the panel is drawn for. */
export interface PanelOptions {
  /** Seconds the rest may take, where that is known. */
  readonly left: number | undefined;
  /** Now, in milliseconds since the epoch. */
  readonly now: number;
  /** Lines and columns there is room for. */
  readonly rows: number;
  readonly columns: number;
}

/** The panel's lines, none longer than there is room for. */
export function panel(state: RunState, { left, now, rows, columns }: PanelOptions): string[] {
  const { stages, ended, said } = state;
  const width = Math.max(...stages.map(({ stage }) => writtenOut(stage).length), 20);
  const head = [`${state.name}: engine ${state.engine}`, overall(state, left, now), ""];
  const foot = [...said.map((line) => `  ${line}`), ...(ended === undefined ? [] : [ending(state)])];
  const room = Math.max(3, rows - head.length - foot.length - 1);
  const lines = shown(stages, room).map((stage) =>
    typeof stage === "string" ? stage : stageLine(stage, width, ended !== undefined)
  );
  return [...head, ...lines, ...foot].map((line) => clipped(writtenOut(line), columns));
}

function overall({ stages, begun, latest, ended }: RunState, left: number | undefined, now: number): string {
  const done = stages.filter(({ state }) => state === "done" || state === "stored").length;
  const share = `${barOf(stages.length === 0 ? 0 : done / stages.length)}  ${done} of ${stages.length} stages`;
  if (ended !== undefined) return `${share}, ${timeText((latest - begun) / 1000)} in all`;
  const silent = (now - latest) / 1000;
  const rest = left === undefined ? "time left not known yet" : `about ${timeText(left)} left`;
  const running = `${share}, running for ${timeText((now - begun) / 1000)}, ${rest}`;
  return silent < SILENCE ? running : `${share}; no word for ${timeText(silent)}`;
}

function ending({ ended }: RunState): string {
  if (ended?.outcome === "done") return `Report: ${ended.text}`;
  return ended?.outcome === "interrupted" ? ended.text : `Failed: ${ended?.text}`;
}

/** As many stages as there is room for: those that run come first, then the last ones done, then what waits. */
function shown(stages: readonly StageState[], room: number): (StageState | string)[] {
  if (stages.length <= room) return [...stages];
  const running = stages.findIndex(({ state }) => state === "running");
  const from = Math.max(0, Math.min((running < 0 ? stages.length : running) - 1, stages.length - room + 2));
  const some = stages.slice(from, from + room - 2);
  const after = stages.length - from - some.length;
  return [
    ...(from === 0 ? [] : [`  ... ${from} before`]),
    ...some,
    ...(after === 0 ? [] : [`  ... ${after} more`]),
  ];
}

function stageLine(stage: StageState, width: number, ended: boolean): string {
  const name = writtenOut(stage.stage).padEnd(width);
  switch (stage.state) {
    case "waiting":
      return ended ? `  ${name}` : `  ${name}  waits${stage.job === undefined ? "" : `: ${stage.job}`}`;
    case "stored":
      return `  ${name}  ${barOf(1)}  from the store`;
    case "done":
      return `  ${name}  ${barOf(1)}  ${stage.seconds.toFixed(1)} s${lossText(stage)}`;
    case "running": {
      const { what, step, steps, seconds, memory } = stage;
      const left = ended ? "" : `, ${timeText(seconds / step * (steps - step))} left`;
      const rest = step === 0 ? "" : `  ${what} ${step} of ${steps}${left}`;
      const bytes = memory === 0 ? "" : `, ${Math.round(memory / 1e6)} MB`;
      const job = stage.job === undefined || ended ? "" : `, ${stage.job}`;
      const bar = barOf(steps === 0 ? 0 : step / steps);
      return `${ended ? " " : ">"} ${name}  ${bar}${rest}${lossText(stage)}${bytes}${job}`;
    }
  }
}

/** E.g. ", loss 1.38 to 0.92 ▇▅▃▂▁". */
function lossText({ losses }: StageState): string {
  if (losses.length === 0) return "";
  const last = losses.at(-1)!;
  return `, loss ${losses[0]!.toPrecision(3)} to ${last.toPrecision(3)} ${sparkline(losses)}`;
}

/**
 * A curve in one line of text, low to high.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(sparkline([3, 2, 1, 0, 1.5]), "█▆▃▁▅");
 * ```
 */
export function sparkline(values: readonly number[]): string {
  const every = Math.max(1, values.length / SPARK_WIDTH);
  const points = Array.from(
    { length: Math.min(values.length, SPARK_WIDTH) },
    (_, index) => values[Math.min(values.length - 1, Math.round((index + 1) * every) - 1)]!,
  );
  const low = Math.min(...points);
  const span = Math.max(...points) - low;
  const top = SPARKS.length - 1;
  return points.map((value) => SPARKS[span > 0 ? Math.round((value - low) / span * top) : 0] ?? SPARKS[0]).join("");
}

const clipped = (line: string, columns: number): string =>
  line.length <= columns ? line : `${line.slice(0, Math.max(0, columns - 1))}…`;

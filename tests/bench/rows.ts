/**
 * What the bench measures, and the bar for each.
 * @module
 */
import { median } from "./measure.ts";
import { coldRun } from "./cold_run.ts";
import { CATALOGUE_ROWS } from "./catalogue_rows.ts";
import { GROWTH_ROWS } from "./growth.ts";
import { inTurn, type Measured, NotMeasured, peerScript, script } from "./scripts.ts";

/** How to measure. */
export interface Settings {
  readonly rounds: number;
  /** Windows the ranking row ranks. */
  readonly windows: number;
  /** Folder with data sets. */
  readonly data: string;
  /** Python with PyTorch, or why there is none. Only the rows that need it ask. */
  python(): Promise<{ readonly python: string } | { readonly missing: string }>;
}

/** What the bars of whole runs are set for: one seed, and no control beside RAIE. */
const ONCE = ["seeds=[1]", "control=false"];

/** One row of the bench. */
export interface Row {
  readonly what: string;
  readonly bar: string;
  /** It takes an hour or so: measured only where --only names it. */
  readonly long?: true;
  /** @throws {NotMeasured} where it cannot be measured. */
  measure(settings: Settings): Promise<{ readonly measured: string; readonly met: boolean }>;
}

/** A script and its peer in PyTorch, which gets as many threads as the engine has. */
function againstPeer(what: string, name: string, most: number, ...args: string[]): Row {
  return {
    what,
    bar: `at most ${most} of PyTorch's`,
    async measure({ rounds, python }) {
      const found = await python();
      if ("missing" in found) {
        const { milliseconds } = await script(`${name}.ts`, ...args);
        throw new NotMeasured(`${milliseconds} ms, but no PyTorch to compare with: ${found.missing}`);
      }
      let cores = 0;
      const { ours, other, ratio } = await inTurn(
        rounds,
        () => script(`${name}.ts`, ...args),
        ({ threads, device }) => {
          if (device !== "cpu") throw new NotMeasured(`the peer is for the CPU, TensorFlow computes on ${device} here`);
          cores = threads;
          return peerScript(found.python, `${name}.py`, "--threads", `${threads}`, ...args);
        },
      );
      const measured = `${ours.toFixed(1)} ms, PyTorch ${other.toFixed(1)} ms (${cores} thread${
        cores === 1 ? "" : "s"
      } each): ${ratio.toFixed(2)}`;
      return { measured, met: ratio <= most };
    },
  };
}

/** Every row, in the order they are measured. */
export const ROWS: readonly Row[] = [
  againstPeer("adaptation step, tensorflow", "adaptation_step", 0.8),
  againstPeer("pretraining step with dropout, tensorflow", "pretraining_step", 1.5),
  againstPeer("pretraining step without dropout, tensorflow", "pretraining_step", 1.5, "--dropout", "0"),
  {
    what: "TiSASRec pretraining step, batch 512, tensorflow",
    bar: "under 1.5 GB",
    async measure({ python }) {
      const ours = await script<Measured & { gigabytes: number }>("time_aware_step.ts");
      const found = await python();
      const said = `${ours.gigabytes} GB, ${ours.milliseconds} ms`;
      const met = ours.gigabytes < 1.5;
      if ("missing" in found || ours.device !== "cpu") return { measured: said, met };
      const other = await peerScript<{ milliseconds: number; gigabytes: number }>(
        found.python,
        "time_aware_step.py",
        "--threads",
        `${ours.threads}`,
      );
      return {
        measured: `${said}; PyTorch, a row for each pair: ${other.gigabytes} GB, ${other.milliseconds} ms`,
        met,
      };
    },
  },
  {
    what: "Llama step of 16 layers computed again, tensorflow",
    bar: "at most half the memory of layers kept, 2 of the time",
    async measure() {
      const sizes = ["--hidden", "256", "--layers", "16", "--batch", "64", "--steps", "3"];
      const step = (checkpointing: string) =>
        script<Measured & { peak: number }>("llama_step.ts", ...sizes, "--checkpointing", checkpointing);
      const kept = await step("no");
      const again = await step("yes");
      const [memory, time] = [again.peak / kept.peak, again.milliseconds / kept.milliseconds];
      const said = `${(again.peak / 1e9).toFixed(2)} GB, ${again.milliseconds.toFixed(0)} ms`;
      return { measured: `${said}: ${memory.toFixed(2)} and ${time.toFixed(2)}`, met: memory <= 0.5 && time <= 2 };
    },
  },
  againstPeer("language model step, 4 layers of width 256, batch 32, tensorflow", "llama_step", 1.5, "--batch", "32"),
  ...GROWTH_ROWS,
  ...CATALOGUE_ROWS,
  {
    what: "regions' adapters in one pass, tensorflow",
    bar:
      "at most 1.2 of one adapter's processor time on the same rows, K up to 16, regions of equal and of unequal size",
    async measure() {
      const said: string[] = [];
      let worst = 0;
      const cases = ["2", "4", "8", "16"].flatMap((k) => [[k, "equal", "bce"], [k, "falling", "bce"]] as const);
      for (const [adapters, sizes, loss] of [...cases, ["16", "falling", "cross-entropy"]] as const) {
        const { ratio, apart } = await script<{ ratio: number; apart: number }>(
          "region_adapters.ts",
          ...["--adapters", adapters, "--sizes", sizes, "--loss", loss],
        );
        worst = Math.max(worst, ratio);
        said.push(`K=${adapters} ${sizes} ${loss} ${ratio.toFixed(2)} (one after the other ${apart.toFixed(2)})`);
      }
      return { measured: said.join(", "), met: worst <= 1.2 };
    },
  },
  {
    what: "pretraining step, wasm",
    bar: "at most 8 of tensorflow's",
    async measure({ rounds }) {
      const step = (rung: string) => () =>
        script("pretraining_step.ts", "--rung", rung, "--dropout", "0", "--steps", "8");
      const { ours, other, ratio } = await inTurn(rounds, step("wasm"), step("tensorflow"));
      const measured = `${ours.toFixed(0)} ms, tensorflow ${other.toFixed(0)} ms: ${ratio.toFixed(2)}`;
      return { measured, met: ratio <= 8 };
    },
  },
  {
    what: "ranking, 1,447 items, tensorflow",
    bar: "at least 10000 windows/s",
    async measure({ rounds, windows }) {
      const taken: number[] = [];
      while (taken.length < rounds) taken.push((await script("ranking.ts", "--windows", `${windows}`)).milliseconds);
      const perSecond = Math.round(1000 * windows / median(taken));
      return { measured: `${perSecond} windows/s`, met: perSecond >= 10_000 };
    },
  },
  {
    what: "reading 10,000,054 ratings",
    bar: "under 15 s and 1.5 GB",
    async measure() {
      const { seconds, gigabytes } = await script<{ seconds: number; gigabytes: number }>("ml10m.ts");
      return { measured: `${seconds} s, ${gigabytes} GB`, met: seconds < 15 && gigabytes < 1.5 };
    },
  },
  ...["tensorflow", "wasm"].map((rung): Row => ({
    what: `regions of 1,000,000 vectors of width 128, K=16, ${rung}`,
    bar: "under 60 s and 2 GB",
    async measure() {
      const taken = await script<{ seconds: number; computing: number; gigabytes: number }>(
        "regions.ts",
        "--rung",
        rung,
      );
      const { seconds, computing, gigabytes } = taken;
      const measured = `${seconds} s (${computing} s of computing), ${gigabytes} GB`;
      return { measured, met: seconds < 60 && gigabytes < 2 };
    },
  })),
  {
    what: "ML-100K, official, base + lora + raie, one seed, cold store",
    bar: "at most 45 s",
    async measure({ data }) {
      const methods = JSON.stringify(["base", "lora", { kind: "raie", label: "RAIE" }]);
      const set = [...ONCE, `methods=${methods}`, "report={}"];
      const { seconds } = await coldRun("movielens-100k-official", data, set);
      return { measured: `${seconds.toFixed(1)} s`, met: seconds <= 45 };
    },
  },
  {
    what: "ML-100K on SASRec, all eleven methods, one seed, cold store",
    bar: "at most 90 s",
    async measure({ data }) {
      const { seconds } = await coldRun("sasrec-movielens-100k", data, ONCE);
      return { measured: `${seconds.toFixed(1)} s`, met: seconds <= 90 };
    },
  },
  {
    what: "scale: 10,000,054 ratings, base + lora + raie on SASRec, one epoch",
    bar: "under 6 GB at any moment",
    long: true,
    async measure({ data }) {
      const { seconds, peak, stages } = await coldRun("scale-movielens-10m", data);
      const each = stages.map(({ stage, seconds, memory }) =>
        `${stage} ${seconds.toFixed(0)} s, ${(memory / 1e9).toFixed(2)} GB`
      );
      const most = Math.max(peak ?? 0, ...stages.map(({ memory }) => memory));
      return {
        measured: `${seconds.toFixed(0)} s, ${(most / 1e9).toFixed(2)} GB: ${each.join("; ")}`,
        met: most < 6e9,
      };
    },
  },
];

/**
 * The last line: how many bars are met, missed and not measured. `met` is undefined where nothing was measured.
 */
export function verdict(met: readonly (boolean | undefined)[]): string {
  const count = (value: boolean | undefined) => met.filter((one) => one === value).length;
  const [missed, not] = [count(false), count(undefined)];
  return [
    `${count(true)} of ${met.length} ${met.length === 1 ? "bar" : "bars"} met`,
    ...(missed === 0 ? [] : [`${missed} missed`]),
    ...(not === 0 ? [] : [`${not} not measured`]),
  ].join(", ") + ".";
}

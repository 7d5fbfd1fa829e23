/**
 * `deno task bench [--data DIR]`: what is fast and by how much, each thing in a process of its own, peers in the same sitting.
 *
 * Machines are noisy: what is compared runs in turn, several rounds, and the median of the rounds' ratios counts.
 * @module
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../../src/engine/setup/places.ts";
import { thisSystem } from "../../src/engine/setup/system.ts";
import { argument, median } from "./measure.ts";
import { findPython } from "./peer.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "..", "..");
const ROUNDS = 3;

/** What a script prints. */
interface Measured {
  readonly what: string;
  readonly milliseconds: number;
  readonly windowsPerSecond?: number;
}

interface Row {
  readonly what: string;
  readonly measured: string;
  readonly bar: string;
  readonly met: boolean | undefined;
}

async function run(command: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args], cwd: ROOT }).output();
  const text = new TextDecoder();
  if (!success) throw new TypeError(`Cannot measure ${args.at(-1)}: ${text.decode(stderr).trim().split("\n").at(-1)}`);
  return text.decode(stdout).trim();
}

const lastJson = (out: string): Measured => JSON.parse(out.split("\n").at(-1)!) as Measured;
const script = async (name: string, ...args: string[]) =>
  lastJson(
    await run(Deno.execPath(), [
      "run",
      "-q",
      "--allow-read",
      "--allow-write",
      "--allow-env",
      "--allow-ffi=node_modules",
      join(HERE, name),
      ...args,
    ]),
  );

/** Rounds of two things in turn. */
async function inTurn(ours: () => Promise<Measured>, other: () => Promise<Measured>) {
  const rounds: { ours: number; other: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push({ ours: (await ours()).milliseconds, other: (await other()).milliseconds });
  }
  return {
    ours: median(rounds.map(({ ours }) => ours)),
    other: median(rounds.map(({ other }) => other)),
    ratio: median(rounds.map(({ ours, other }) => ours / other)),
  };
}

async function againstPeer(
  what: string,
  file: string,
  peer: string,
  bar: number,
  python: string | undefined,
  ...args: string[]
): Promise<Row> {
  if (python === undefined) {
    const { milliseconds } = await script(file, ...args);
    return { what, measured: `${milliseconds} ms`, bar: `${bar} of PyTorch's`, met: undefined };
  }
  const { ours, other, ratio } = await inTurn(
    () => script(file, ...args),
    async () => lastJson(await run(python, [join(HERE, "peers", peer), ...args])),
  );
  const measured = `${ours.toFixed(0)} ms, PyTorch ${other.toFixed(0)} ms: ${ratio.toFixed(2)}`;
  return { what, measured, bar: `at most ${bar} of PyTorch's`, met: ratio <= bar };
}

async function officialRun(data: string): Promise<Row> {
  const store = await Deno.makeTempDir();
  const what = "ML-100K, official, base + lora + raie, one seed, cold store";
  const bar = 45;
  const start = performance.now();
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "task",
        "-q",
        "run",
        "experiments/movielens-100k-official.json",
        "--set",
        "seeds=[1]",
        "--engine",
        "tensorflow",
        "--data",
        data,
        "--out",
        store,
      ],
      env: { RAIE_STORE: join(store, "store") },
      cwd: ROOT,
    }).output();
    const seconds = (performance.now() - start) / 1000;
    if (success) return { what, measured: `${seconds.toFixed(1)} s`, bar: `at most ${bar} s`, met: seconds <= bar };
    return {
      what,
      measured: `not measured: ${new TextDecoder().decode(stderr).trim().split("\n").at(-1)}`,
      bar: `at most ${bar} s`,
      met: undefined,
    };
  } finally {
    await Deno.remove(store, { recursive: true });
  }
}

const cache = cacheFolder(thisSystem, ".raie");
const found = await findPython(join(cache, "bench"));
const python = "python" in found ? found.python : undefined;
if ("missing" in found) console.log(`Without PyTorch to compare with: ${found.missing}\n`);

const rows: (() => Promise<Row>)[] = [
  () => againstPeer("adaptation step, tensorflow", "adaptation_step.ts", "adaptation_step.py", 0.8, python),
  () =>
    againstPeer("pretraining step with dropout, tensorflow", "pretraining_step.ts", "pretraining_step.py", 1.5, python),
  () =>
    againstPeer(
      "pretraining step without dropout, tensorflow",
      "pretraining_step.ts",
      "pretraining_step.py",
      1.5,
      python,
      "--dropout",
      "0",
    ),
  async () => {
    const step = (rung: string) => () =>
      script("pretraining_step.ts", "--rung", rung, "--dropout", "0", "--steps", "8");
    const { ours, other, ratio } = await inTurn(step("wasm"), step("tensorflow"));
    const measured = `${ours.toFixed(0)} ms, tensorflow ${other.toFixed(0)} ms: ${ratio.toFixed(2)}`;
    return { what: "pretraining step, wasm", measured, bar: "at most 8 of tensorflow's", met: ratio <= 8 };
  },
  async () => {
    const { windowsPerSecond } = await script("ranking.ts");
    return {
      what: "ranking, 1,447 items, tensorflow",
      measured: `${windowsPerSecond} windows/s`,
      bar: "at least 10000",
      met: windowsPerSecond! >= 10_000,
    };
  },
  async () => {
    const { seconds, gigabytes } = JSON.parse(
      (await run(Deno.execPath(), [
        "run",
        "-q",
        "--allow-read",
        "--allow-write",
        "--allow-env",
        join(HERE, "ml10m.ts"),
      ])).split("\n").at(-1)!,
    );
    return {
      what: "reading 10,000,054 ratings",
      measured: `${seconds} s, ${gigabytes} GB`,
      bar: "15 s, 1.5 GB",
      met: seconds < 15 && gigabytes < 1.5,
    };
  },
  () => officialRun(argument("data", Deno.env.get("RAIE_DATA") ?? "datasets/cache")),
];

let missed = 0;
console.log(
  `raie bench: ${navigator.hardwareConcurrency} cores, deno ${Deno.version.deno}, ${ROUNDS} rounds in turn\n`,
);
for (const measure of rows) {
  const { what, measured, bar, met } = await measure();
  if (met === false) missed++;
  console.log(`${met === undefined ? "?" : met ? "+" : "-"} ${what.padEnd(60)} ${measured.padEnd(44)} ${bar}`);
}
console.log(missed === 0 ? "\nEvery bar that could be measured is met." : `\n${missed} missed.`);
Deno.exitCode = missed === 0 ? 0 : 1;

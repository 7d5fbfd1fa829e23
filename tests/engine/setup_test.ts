import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { zipSync } from "fflate";
import { cacheFolder, wheelsFor } from "../../src/engine/setup/places.ts";
import { refusalOf } from "../../src/engine/setup/refusals.ts";
import { setUp } from "../../src/engine/setup/set_up.ts";
import { type Ended, type System, thisSystem } from "../../src/engine/setup/system.ts";

const WORKING = { version: "tfjs 4.22.0, TensorFlow 2.21.0", device: "cpu", threads: 2 };
const WHEEL = "tensorflow-cpu-2.21.0-linux-x86_64";

/** What a machine offers; everything it is asked to run is written down in `ran`. */
interface Offers {
  readonly host?: boolean;
  readonly script?: boolean;
  readonly pip?: boolean;
  readonly download?: boolean;
  readonly compiler?: boolean;
  readonly gpu?: boolean;
  /** Whether CUDA's wheel can be downloaded. */
  readonly cuda?: boolean;
  /** Whether an addon that is in place computes rightly. */
  readonly works?: boolean;
  readonly os?: string;
  /** Where the cache is; elsewhere than in a folder of its own. */
  readonly cache?: string;
  /** A wheel whose archive is damaged. */
  readonly damaged?: boolean;
}

let folder: string;
let addon: string;
let ran: string[];

beforeEach(async () => {
  folder = await Deno.makeTempDir();
  addon = `${folder}/package/lib/napi-v8/tfjs_binding.node`;
  ran = [];
  await Deno.mkdir(`${folder}/package/binding`, { recursive: true });
  await Deno.writeTextFile(
    `${folder}/package/package.json`,
    JSON.stringify({ binary: { host: "https://addons.example/tf" } }),
  );
  await Deno.writeTextFile(`${folder}/package/binding/tfjs_binding.cc`, "");
});
afterEach(() => Deno.remove(folder, { recursive: true }));

const ended = (works: boolean, stdout = "", stderr = ""): Ended => ({ code: works ? 0 : 1, stdout, stderr });
const absent: Ended = { code: 127, stdout: "", stderr: "not found" };

/** A machine whose commands do what the real ones would leave behind. */
function machine(offers: Offers): System {
  const { works = true } = offers;
  return {
    os: offers.os ?? "linux",
    arch: "x86_64",
    env: (name) => name === "RAIE_CACHE" ? offers.cache ?? `${folder}/cache` : undefined,
    exists: thisSystem.exists,
    reaches: (url) => Promise.resolve(offers.host === true && url === "https://addons.example"),
    async run(command, args) {
      const line = `${command} ${args.join(" ")}`;
      if (command === "nvidia-smi") return offers.gpu ? ended(true, "NVIDIA H100\n") : absent;
      if (line.includes("check_product.ts")) {
        assert.equal(command, Deno.execPath());
        ran.push("check");
        const fits = works && thisSystem.exists(addon);
        return ended(fits, `${JSON.stringify(WORKING)}\n`, "error: Uncaught EngineError: it does not load\n");
      }
      if (command === Deno.execPath()) {
        ran.push("script");
        if (offers.script) await write(addon, "from the script");
        return ended(offers.script === true, "", "no such file\n");
      }
      if (line.startsWith("python3 -m pip")) {
        if (!offers.pip) return absent;
        if (args.includes("--version")) return ended(true);
        ran.push(`pip ${args.at(-1)}`);
        const reached = args.at(-1)!.includes("cuda") ? offers.cuda === true : offers.download !== false;
        if (reached) await writeWheel(`${args[args.indexOf("--dest") + 1]!}/tensorflow.whl`, offers.damaged);
        return ended(reached, "", "ERROR: no route\nERROR: nothing found\n");
      }
      if (command === "g++") {
        if (offers.compiler === false) return absent;
        if (args.includes("--version")) return ended(true);
        ran.push("g++");
        await write(args[args.indexOf("-o") + 1]!, "compiled");
        return ended(true);
      }
      return absent;
    },
  };
}

async function write(path: string, text: string): Promise<void> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(path, text);
}

/** A wheel with what is needed and much that is not. */
async function writeWheel(path: string, damaged = false): Promise<void> {
  const file = (text: string) => new TextEncoder().encode(text.repeat(100));
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  // In a damaged one the first file's deflated bytes, which follow its header (30 bytes) and its name (32), are overwritten.
  const spoilt = (bytes: Uint8Array<ArrayBuffer>) => damaged ? bytes.fill(255, 62, 65) : bytes;
  await Deno.writeFile(
    path,
    spoilt(zipSync({
      "tensorflow/libtensorflow_cc.so.2": file("cc"),
      "tensorflow/libtensorflow_framework.so.2": [file("framework"), { level: 0 }],
      "tensorflow/include/tensorflow/c/c_api.h": file("header"),
      "tensorflow/include/Eigen/Core.h": file("not needed"),
      "tensorflow/python/ops.py": file("not needed"),
    })),
  );
}

const packages = () => ({ packageFolder: `${folder}/package`, headersFolder: `${folder}/headers` });
const lines: string[] = [];
const run = (offers: Offers, force = false) => setUp(machine(offers), packages(), (line) => lines.push(line), force);

describe("setUp()", () => {
  it("does nothing but check where a working addon is in place", async () => {
    await write(addon, "there");
    const done = await run({ pip: true });
    assert.equal(done.way, "present");
    assert.deepEqual(done.checked, WORKING);
    assert.deepEqual(ran, ["check"]);
  });

  it("takes the package's own script where its host answers", async () => {
    const done = await run({ host: true, script: true, pip: true });
    assert.equal(done.way, "script");
    assert.deepEqual(ran, ["script", "check"]);
  });

  it("compiles against the wheel where the host does not answer", async () => {
    const done = await run({ pip: true });
    assert.equal(done.way, "wheel");
    assert.deepEqual(ran, ["pip tensorflow-cpu==2.21.0", "g++", "check"]);
    assert.equal(await Deno.readTextFile(addon), "compiled");
  });

  it("compiles against the wheel where the script fails", async () => {
    const done = await run({ host: true, script: false, pip: true });
    assert.equal(done.way, "wheel");
    assert.deepEqual(done.reasons, ["the package's install script failed (no such file)"]);
  });

  it("keeps of the wheel what is needed and leaves nothing half done in the cache", async () => {
    await run({ pip: true });
    const cache = `${folder}/cache`;
    assert.deepEqual([...Deno.readDirSync(cache)].map(({ name }) => name), [WHEEL]);
    const files = [...Deno.readDirSync(`${cache}/${WHEEL}/tensorflow`)].map(({ name }) => name).sort();
    assert.deepEqual(files, ["include", "libtensorflow_cc.so.2", "libtensorflow_framework.so.2"]);
    assert.deepEqual([...Deno.readDirSync(`${cache}/${WHEEL}/tensorflow/include`)].map(({ name }) => name), [
      "tensorflow",
    ]);
  });

  it("only copies the addon from the cache when node_modules was wiped", async () => {
    await run({ pip: true });
    await Deno.remove(addon);
    ran = [];
    const done = await run({});
    assert.equal(done.way, "cache");
    assert.deepEqual(ran, ["check"]);
    assert.equal(await Deno.readTextFile(addon), "compiled");
  });

  it("compiles anew but downloads nothing when forced with a full cache", async () => {
    await run({ pip: true });
    ran = [];
    assert.equal((await run({ pip: true }, true)).way, "wheel");
    assert.deepEqual(ran, ["g++", "check"]);
  });

  it("two at once both end with a working addon", async () => {
    const [one, other] = await Promise.all([run({ pip: true }), run({ pip: true })]);
    assert.deepEqual([one.way, other.way], ["wheel", "wheel"]);
    assert.deepEqual([...Deno.readDirSync(`${folder}/cache`)].map(({ name }) => name), [WHEEL]);
    assert.deepEqual([...Deno.readDirSync(`${folder}/package/lib/napi-v8`)].map(({ name }) => name), [
      "tfjs_binding.node",
    ]);
  });

  it("takes CUDA's wheel where there is a GPU, and the CPU's where that fails", async () => {
    assert.equal((await run({ pip: true, gpu: true, cuda: true })).way, "wheel");
    assert.deepEqual(ran, ["pip tensorflow[and-cuda]==2.21.0", "g++", "check"]);
    ran = [];
    await Deno.remove(`${folder}/cache`, { recursive: true });
    const done = await run({ pip: true, gpu: true, cuda: false }, true);
    assert.deepEqual(ran, ["pip tensorflow[and-cuda]==2.21.0", "pip tensorflow-cpu==2.21.0", "g++", "check"]);
    assert.match(done.reasons.join(), /could not download tensorflow\[and-cuda\]==2\.21\.0 \(ERROR: nothing found\)/);
  });

  it("names every closed way and throws nothing", async () => {
    const reasonsOf = async (offers: Offers) => {
      const { way, reasons, checked } = await run(offers);
      assert.deepEqual([way, checked], ["none", undefined]);
      return reasons;
    };
    const host = "addons.example does not answer";
    assert.deepEqual(await reasonsOf({}), [host, "pip is not installed"]);
    assert.deepEqual(await reasonsOf({ pip: true, compiler: false }), [
      host,
      "no C++ compiler is installed (g++, c++ or clang++)",
    ]);
    assert.deepEqual(await reasonsOf({ os: "darwin" }), [
      host,
      "TensorFlow's wheels serve on Linux only, this is darwin",
    ]);
    assert.deepEqual(await reasonsOf({ pip: true, download: false }), [
      host,
      "pip could not download tensorflow-cpu==2.21.0 (ERROR: nothing found)",
    ]);
    assert.deepEqual(await reasonsOf({ pip: true, works: false }), [host, "it does not load"]);
  });

  it("takes what the system refuses for a closed way", async () => {
    const offers = [
      [{ pip: true, works: false, cache: `${addon}/cache` }, /Not a directory .*mkdir '.*tfjs_binding.node\/cache'/],
      [{ pip: true, works: false, cache: "/dev/null/cache" }, /\/dev\/null\/cache/],
      [
        { pip: true, works: false, damaged: true },
        /^Cannot unpack .*\/tensorflow\.whl: "tensorflow\/libtensorflow_cc\.so\.2" is damaged: its bytes do not inflate$/,
      ],
    ] as const;
    await write(addon, "one that does not load");
    for (const [offer, reason] of offers) {
      const { way, reasons } = await run(offer);
      assert.equal(way, "none");
      assert.match(reasons[1]!, reason);
      assert.equal(reasons.length, 2);
    }
  });

  it("does not take the program's own faults for a closed way", () => {
    assert.throws(() => refusalOf(new TypeError("x is not a function")), TypeError);
    const full = Object.assign(new Error("No space left on device (os error 28)\nmore"), { code: "ENOSPC" });
    assert.equal(refusalOf(full), "No space left on device (os error 28)");
  });

  it("goes on to the host and the wheel where the addon in the cache cannot be put in place", async () => {
    await run({ pip: true });
    await Deno.remove(`${folder}/package/lib`, { recursive: true });
    await Deno.writeTextFile(`${folder}/package/lib`, "a file where a folder is wanted");
    const { way, reasons } = await run({ pip: true });
    assert.equal(way, "none");
    assert.match(reasons.join(), /^addons.example does not answer,.*lib\/napi-v8/);
  });
});

describe("cacheFolder()", () => {
  const at = (names: Record<string, string>) => cacheFolder({ env: (name) => names[name] }, "/fallback");
  it("is RAIE_CACHE, else under XDG_CACHE_HOME, else under the home folder", () => {
    assert.equal(at({ RAIE_CACHE: "/own/", XDG_CACHE_HOME: "/xdg", HOME: "/home/ann" }), "/own");
    assert.equal(at({ XDG_CACHE_HOME: "/xdg", HOME: "/home/ann" }), "/xdg/raie");
    assert.equal(at({ HOME: "/home/ann" }), "/home/ann/.cache/raie");
    assert.equal(at({}), "/fallback");
  });
});

describe("wheelsFor()", () => {
  it("has CUDA's before the CPU's on Linux with a GPU, and none elsewhere", () => {
    assert.deepEqual(wheelsFor({ os: "linux", arch: "aarch64" }, true).map((wheel) => wheel.folder), [
      "tensorflow-cuda-2.21.0-linux-aarch64",
      "tensorflow-cpu-2.21.0-linux-aarch64",
    ]);
    assert.deepEqual(wheelsFor({ os: "windows", arch: "x86_64" }, true), []);
  });
});

describe("thisSystem", () => {
  it("reports a command that is not there, one that fails, and one that takes too long", async () => {
    assert.equal((await thisSystem.run("raie-no-such-command", [])).code, 127);
    const deno = Deno.execPath();
    assert.deepEqual(await thisSystem.run(deno, ["eval", "console.log(7); Deno.exit(3)"]), {
      code: 3,
      stdout: "7\n",
      stderr: "",
    });
    assert.equal((await thisSystem.run(deno, ["eval", "setTimeout(() => {}, 60000)"], { seconds: 0.5 })).code, 124);
  });
});

/**
 * What `doctor` finds out about this machine. It opens engines, one after the other, and changes nothing.
 * @module
 */
import { dataFolders } from "../data/locate.ts";
import { nodePackageFolder } from "../engine/node_addon.ts";
import { probeRungs } from "../engine/open.ts";
import type { RungReport } from "../engine/rung.ts";
import { nvidiaGpu } from "../engine/setup/nvidia.ts";
import { cacheFolder } from "../engine/setup/places.ts";
import { thisSystem } from "../engine/setup/system.ts";
import { tf } from "../engine/tfjs.ts";
import { VERSION } from "../version.ts";

/** A folder or file that is looked for. */
export interface Place {
  readonly path: string;
  readonly exists: boolean;
}

/** The state of this machine as far as runs depend on it. */
export interface Diagnosis {
  /** The rung that "auto" takes. */
  readonly engine: string;
  readonly rungs: readonly RungReport[];
  readonly cores: number;
  /** TF_NUM_INTRAOP_THREADS as it is set, or null. */
  readonly threadsSet: string | null;
  /** NVIDIA GPU as its driver names it, or null. */
  readonly gpu: string | null;
  /** The font charts are drawn with. */
  readonly font: Place;
  /** Folders in which data sets are looked for, in this order. */
  readonly data: readonly Place[];
  /** Where TensorFlow's libraries are kept. */
  readonly cache: Place;
  readonly versions: Readonly<Record<"raie" | "deno" | "v8" | "tfjs", string>> & { readonly tensorflow: string | null };
  readonly platform: string;
}

/** Examines this machine. */
export async function diagnose(dataDir: string | undefined): Promise<Diagnosis> {
  const rungs = await probeRungs();
  return {
    engine: rungs.find(({ works }) => works)?.rung ?? "none",
    rungs,
    cores: navigator.hardwareConcurrency,
    threadsSet: Deno.env.get("TF_NUM_INTRAOP_THREADS") ?? null,
    gpu: await nvidiaGpu(thisSystem) ?? null,
    font: place(fontPath()),
    data: dataFolders(dataDir === undefined ? {} : { dataDir }).map(place),
    cache: place(cacheFolder(thisSystem, `${nodePackageFolder()}/.cache`)),
    versions: {
      raie: VERSION,
      deno: Deno.version.deno,
      v8: Deno.version.v8,
      tfjs: tf.version_core,
      tensorflow: /TensorFlow ([^\s,]+)/.exec(rungs.find(({ rung }) => rung === "tensorflow")?.version ?? "")?.[1] ??
        null,
    },
    platform: `${Deno.build.os} ${Deno.build.arch}`,
  };
}

function place(path: string): Place {
  return { path, exists: thisSystem.exists(path) };
}

/** The regular weight of Inter, inside its npm package. */
function fontPath(): string {
  const file = new URL("files/inter-latin-400-normal.woff2", import.meta.resolve("@fontsource/inter"));
  return decodeURIComponent(file.pathname);
}

/**
 * Where set-up keeps things.
 * @module
 */
import type { System } from "./system.ts";

/** TensorFlow's release the addon is compiled against. */
export const TENSORFLOW_VERSION = "2.21.0";

/** A Python distribution of TensorFlow whose libraries serve. */
export interface Wheel {
  /** As pip names it, e.g. "tensorflow-cpu==2.21.0". */
  readonly requirement: string;
  /** Folder in the cache, e.g. "tensorflow-cpu-2.21.0-linux-x86_64". */
  readonly folder: string;
  /** Whether the libraries of its CUDA dependencies are wanted too. */
  readonly cuda: boolean;
  /** Roughly what is downloaded, in megabytes. */
  readonly megabytes: number;
}

/**
 * The cache outside node_modules: RAIE_CACHE, else $XDG_CACHE_HOME/raie, else ~/.cache/raie;
 * without a home folder, `fallback`.
 */
export function cacheFolder(system: Pick<System, "env">, fallback: string): string {
  const own = system.env("RAIE_CACHE");
  if (own) return own.replace(/\/+$/, "");
  const shared = system.env("XDG_CACHE_HOME");
  if (shared) return `${shared.replace(/\/+$/, "")}/raie`;
  const home = system.env("HOME") ?? system.env("USERPROFILE");
  return home ? `${home.replace(/\/+$/, "")}/.cache/raie` : fallback;
}

/** The wheels to try on this machine, best first; none where TensorFlow publishes none that the addon compiles against. */
export function wheelsFor(system: Pick<System, "os" | "arch">, gpu: boolean): readonly Wheel[] {
  if (system.os !== "linux") return [];
  const place = `${TENSORFLOW_VERSION}-linux-${system.arch}`;
  const cpu: Wheel = {
    requirement: `tensorflow-cpu==${TENSORFLOW_VERSION}`,
    folder: `tensorflow-cpu-${place}`,
    cuda: false,
    megabytes: 270,
  };
  const cuda: Wheel = {
    requirement: `tensorflow[and-cuda]==${TENSORFLOW_VERSION}`,
    folder: `tensorflow-cuda-${place}`,
    cuda: true,
    megabytes: 3000,
  };
  return gpu ? [cuda, cpu] : [cpu];
}

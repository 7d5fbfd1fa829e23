/**
 * What happens in a run, as it happens: one stream of events, drawn in a terminal and kept in a log.
 * @module
 */

/** A stage as the run's first event lists it. */
export interface ListedStage {
  /** E.g. "lora: adapt to F1 (seed 2)". */
  readonly stage: string;
  /** What it counts. */
  readonly what: "steps" | "windows";
  /** How many optimiser steps or windows it will take, as far as that is known. */
  readonly steps: number;
}

/** A run begins. */
export interface RunBegun {
  /** Tells it from other events. */
  readonly event: "run";
  /** The experiment's name. */
  readonly name: string;
  /** Rung, version, device and threads. */
  readonly engine: string;
  /** Process that runs it. */
  readonly pid: number;
}

/** What there is to do is known. */
export interface StagesListed {
  /** Tells it from other events. */
  readonly event: "stages";
  /** In the order in which one job would run them. */
  readonly stages: readonly ListedStage[];
}

/** A stage begins; it may turn out to be in the store. */
export interface StageBegun {
  /** Tells it from other events. */
  readonly event: "begin";
  /** Its name. */
  readonly stage: string;
}

/** Part of a stage is done. */
export interface StageStepped {
  /** Tells it from other events. */
  readonly event: "step";
  /** The stage's name. */
  readonly stage: string;
  /** What is counted: "steps", "windows", or the part of the stage they belong to. */
  readonly what: string;
  /** Done so far, of `steps`. */
  readonly step: number;
  /** To do in all. */
  readonly steps: number;
  /** Of this step, where something trains. */
  readonly loss?: number;
  /** Since the stage began. */
  readonly seconds: number;
  /** Resident memory of the process that computes it, in bytes. */
  readonly memory: number;
}

/** A stage is done. */
export interface StageEnded {
  /** Tells it from other events. */
  readonly event: "end";
  /** Its name. */
  readonly stage: string;
  /** What computing took, now or when it was computed. */
  readonly seconds: number;
  /** Whether the store had it. */
  readonly cached: boolean;
  /** Resident memory of the process that computed it, in bytes. */
  readonly memory: number;
}

/** Something worth a line. */
export interface Said {
  /** Tells it from other events. */
  readonly event: "say";
  /** One line. */
  readonly text: string;
}

/** Stages become jobs of a Slurm cluster. */
export interface JobsListed {
  /** Tells it from other events. */
  readonly event: "jobs";
  /** Absolute path of the store that they fill, and that knows what was submitted. */
  readonly store: string;
  /** Keys of the stages that it lacked. */
  readonly keys: readonly string[];
}

/** A stage's job stands otherwise than before. */
export interface JobChanged {
  /** Tells it from other events. */
  readonly event: "job";
  /** The stage's name. */
  readonly stage: string;
  /** Its number. */
  readonly job: string;
  /** In Slurm's words, e.g. "PENDING (Resources)". */
  readonly state: string;
}

/** The run is over. */
export interface RunEnded {
  /** Tells it from other events. */
  readonly event: "done";
  /** How it ended. */
  readonly outcome: "done" | "failed" | "interrupted";
  /** Path of the report, or what went wrong. */
  readonly text: string;
}

/** Anything that happens in a run. */
export type RunEvent =
  | RunBegun
  | StagesListed
  | StageBegun
  | StageStepped
  | StageEnded
  | JobsListed
  | JobChanged
  | Said
  | RunEnded;

/** Takes events in the order they happen. */
export type EventSink = (event: RunEvent) => void;

/**
 * Asking Slurm how jobs stand, no more often than it bears.
 * @module
 */
import { JobError } from "../job_error.ts";
import type { JobState } from "./job_state.ts";
import type { Slurm } from "./slurm.ts";

/** Between two questions, in milliseconds: the next pause is longer by half, until something changes. */
const PAUSE_MS = { least: 1000, most: 15_000, growth: 1.5 };
/** For so long Slurm's controller may be away. */
const SILENCE_MS = 15 * 60_000;

/** For so many milliseconds what another machine has written may be out of sight: NFS keeps what it knows of a folder for up to a minute. */
export const UNSEEN_MS = 90_000;

/** Asks when it is time to. */
export class Asking {
  #asked = -Infinity;
  #pause = PAUSE_MS.least;
  #answered = performance.now();
  #silent = false;

  /** @param say told when there is no answer. */
  constructor(readonly slurm: Pick<Slurm, "states">, readonly say: (line: string) => void) {}

  /** Something has changed: more may soon. */
  hurry(): void {
    this.#pause = PAUSE_MS.least;
  }

  /**
   * How jobs stand; undefined when it is not time to ask, or when nobody answers.
   *
   * @throws {JobError} when nobody has answered for a quarter of an hour.
   */
  async states(jobs: () => readonly string[]): Promise<Map<string, JobState> | undefined> {
    if (performance.now() - this.#asked < this.#pause) return undefined;
    const states = await this.slurm.states(jobs());
    this.#asked = performance.now();
    this.#pause = Math.min(PAUSE_MS.most, this.#pause * PAUSE_MS.growth);
    if (states === undefined) this.#unanswered();
    else {
      this.#answered = this.#asked;
      this.#silent = false;
    }
    return states;
  }

  #unanswered(): void {
    if (this.#asked - this.#answered > SILENCE_MS) {
      throw new JobError(
        "Slurm's controller has not answered squeue for a quarter of an hour; the jobs are left as they are",
      );
    }
    if (!this.#silent) this.say("Slurm's controller does not answer squeue just now: asking again");
    this.#silent = true;
  }
}

/** What has become of tasks whose nonces follow one another. */
export interface TaskCounts {
  /** Never done. */
  readonly lost: number;
  /** Runs beyond the first. */
  readonly doubled: number;
  /** Runs of tasks that are none of these. */
  readonly foreign: number;
}

/** Counts each task as it is done. */
export class TaskTally {
  /** Resolves when each has been done once. */
  readonly allDone: Promise<void>;
  readonly #first: number;
  readonly #seen: Uint8Array;
  readonly #resolve: () => void;
  #distinct = 0;
  #doubled = 0;
  #foreign = 0;
  #newestMs = performance.now();

  constructor(first: number, count: number) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#first = first;
    this.#seen = new Uint8Array(count);
    this.allDone = promise;
    this.#resolve = resolve;
  }

  /** When a task was last done for the first time. */
  get newestMs(): number {
    return this.#newestMs;
  }

  done(nonce: number): void {
    const at = nonce - this.#first;
    const seen = this.#seen[at];
    if (seen === undefined) {
      this.#foreign += 1;
    } else if (seen > 0) {
      this.#doubled += 1;
    } else {
      this.#seen[at] = 1;
      this.#distinct += 1;
      this.#newestMs = performance.now();
      if (this.#distinct === this.#seen.length) this.#resolve();
    }
  }

  counts(): TaskCounts {
    const lost = this.#seen.length - this.#distinct;
    return { lost, doubled: this.#doubled, foreign: this.#foreign };
  }
}

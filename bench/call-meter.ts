import { Histogram } from './histogram.ts';

/** What became of the calls within a window of time. Goes over IPC. */
export interface Calls {
  readonly seconds: number;
  readonly errors: number;
  /** What the first of the errors said. */
  readonly firstError?: string;
  /** Of the answered calls: {@link Histogram.entries}. */
  readonly latency: ReturnType<Histogram['entries']>;
}

/** Counts calls as they settle. */
export class CallMeter {
  readonly #latency = new Histogram();
  #beganMs = performance.now();
  #settled = 0;
  #errors = 0;
  #firstError: string | undefined;

  begin(): void {
    this.#latency.clear();
    this.#errors = 0;
    this.#firstError = undefined;
    this.#beganMs = performance.now();
  }

  /** Calls that have settled since the meter was made. */
  get settled(): number {
    return this.#settled;
  }

  answered(latencyMs: number): void {
    this.#settled += 1;
    this.#latency.record(latencyMs);
  }

  failed(error: unknown): void {
    this.#settled += 1;
    this.#errors += 1;
    this.#firstError ??= error instanceof Error ? error.message : String(error);
  }

  end(): Calls {
    return {
      seconds: (performance.now() - this.#beganMs) / 1000,
      errors: this.#errors,
      ...(this.#firstError === undefined ? {} : { firstError: this.#firstError }),
      latency: this.#latency.entries(),
    };
  }
}

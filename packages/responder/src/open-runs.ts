import { Alarms, TransientSet, type Alarm, type Runtime } from '@replyq/contract/transport';
import type { Lease, Leaseholder } from './leases.ts';

/** How a run ended. */
export type RunEnd =
  | { readonly kind: 'result'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly cause: unknown }
  /** The handler ignored its signal; it may still be running. */
  | { readonly kind: 'abandoned'; readonly started: Promise<unknown> };

export interface OpenRunsOptions {
  readonly runtime: Runtime;
  /** How long a handler that ignores its signal may go on after its deadline. */
  readonly graceMs: number;
  /** Aborts when the responder gives up waiting for handlers. */
  readonly closing: AbortSignal;
}

/** The runs that have not ended: one timer for their deadlines and leases, one listener for closing. */
export class OpenRuns {
  readonly alarms: Alarms;
  readonly options: OpenRunsOptions;
  readonly #open = new TransientSet<OpenRun>();

  constructor(options: OpenRunsOptions) {
    this.options = options;
    this.alarms = new Alarms(options.runtime, { keepAlive: true });
    options.closing.addEventListener('abort', () => this.#close(), { once: true });
  }

  /** `late`: why its signal aborts at the deadline. */
  begin(deadlineMs: number, lease: Lease, late: string): OpenRun {
    const run = new OpenRun(this, deadlineMs, lease, late);
    this.#open.add(run);
    return run;
  }

  ended(run: OpenRun): void {
    this.#open.delete(run);
  }

  /** The runs end now, and the leases run out (L4): whatever holds one may hang for longer than `close` does. */
  #close(): void {
    this.alarms.close();
    for (const run of this.#open) run.close();
  }
}

/** One run: its signal, and how it ends. Its own alarm: for its deadline, then for the end of its grace. */
export class OpenRun implements Alarm, Leaseholder {
  /** Aborts at the deadline, when the responder closes, and when the lease comes into doubt. */
  readonly signal: AbortSignal;
  atMs: number;
  index = -1;
  readonly #runs: OpenRuns;
  readonly #late: string;
  readonly #controller = new AbortController();
  #inGrace = false;
  #settle: ((end: RunEnd) => void) | undefined;
  #started: Promise<unknown> | undefined;

  constructor(runs: OpenRuns, deadlineMs: number, lease: Lease, late: string) {
    this.#runs = runs;
    this.#late = late;
    this.signal = this.#controller.signal;
    this.atMs = deadlineMs;
    runs.alarms.add(this);
    lease.run = this;
  }

  /** Calls `settle` with how `started` ends, or as `abandoned` when that takes too long. */
  endsWith(started: Promise<unknown>, settle: (end: RunEnd) => void): void {
    this.#started = started;
    this.#settle = settle;
    started.then(
      (value) => this.#end({ kind: 'result', value }),
      (cause: unknown) => this.#end({ kind: 'failed', cause }),
    );
  }

  close(): void {
    this.#controller.abort(new DOMException('The responder is closing.', 'AbortError'));
    this.#runs.options.runtime.setTimer(0, () => this.#abandon());
  }

  leaseInDoubt(doubt: Error): void {
    this.#controller.abort(doubt);
  }

  ring(): void {
    if (this.#inGrace) return this.#abandon();
    const { alarms, options } = this.#runs;
    this.#inGrace = true;
    this.atMs += options.graceMs;
    alarms.add(this);
    this.#controller.abort(new DOMException(this.#late, 'TimeoutError'));
  }

  #abandon(): void {
    this.#end({ kind: 'abandoned', started: this.#started ?? Promise.resolve() });
  }

  #end(end: RunEnd): void {
    this.#runs.alarms.cancel(this);
    this.#runs.ended(this);
    this.#settle?.(end);
  }
}

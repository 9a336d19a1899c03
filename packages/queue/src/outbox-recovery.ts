import { notify } from '@replyq/contract/transport';
import { BatchAllowance } from './batch-allowance.ts';
import { OutboxPause, type OutboxPauseOptions } from './outbox-pause.ts';
import type { QueueApi } from './queue-api.ts';
import { backoffDelayMs, SEND_BACKOFF, type RetryBudget } from './retry.ts';

export interface OutboxRecoveryOptions extends Omit<OutboxPauseOptions, 'runtime'> {
  readonly api: QueueApi;
  readonly budget: RetryBudget;
  readonly queue: string;
  /** What waits may leave, or may try to. */
  readonly onReady: () => void;
}

/**
 * How an outbox gets over failures: it pauses as a whole, however many batches have failed. Then one batch
 * goes ahead and tries, until one succeeds.
 */
export class OutboxRecovery {
  readonly #options: OutboxRecoveryOptions;
  readonly #pause: OutboxPause;
  /** Batches that left after a failure, to see whether it is over. */
  readonly #probes: BatchAllowance;
  /** Pauses in a row. */
  #failuresInARow = 0;

  constructor(options: OutboxRecoveryOptions) {
    this.#options = options;
    const { runtime } = options.api;
    const { earliestDeadlineMs, onDeadlines, onReady } = options;
    this.#pause = new OutboxPause({ runtime, earliestDeadlineMs, onDeadlines });
    this.#probes = new BatchAllowance({ runtime, most: () => 1, onReady });
  }

  get isPausing(): boolean {
    return this.#pause.active;
  }

  mayLeave(): boolean {
    if (this.#pause.active) return false;
    return this.#failuresInARow === 0 || this.#probes.mayLeave();
  }

  /** A batch has left; call what is returned, if anything, when it was answered. */
  left(): (() => void) | undefined {
    return this.#failuresInARow > 0 ? this.#probes.left() : undefined;
  }

  succeeded(): void {
    this.#failuresInARow = 0;
    this.#pause.end();
    this.#options.budget.succeeded();
  }

  /** What is to be sent again is so after a pause; a success ends it early. */
  failed(error: string): void {
    if (this.#pause.active) return;
    this.#failuresInARow += 1;
    void this.pause(this.#failuresInARow, error).then(() => this.#options.onReady());
  }

  pause(failures: number, error: string): Promise<void> {
    const { api, budget, queue } = this.#options;
    const backoffMs = backoffDelayMs(SEND_BACKOFF, failures, () => api.runtime.random());
    const retryInMs = backoffMs + budget.takeDelayMs();
    notify(api.observer, { kind: 'sendRetried', queue, error, retryInMs });
    return this.#pause.wait(retryInMs, error);
  }

  /** A frame waits that is over by then. */
  ringBy(deadlineMs: number): void {
    this.#pause.ringBy(deadlineMs);
  }

  end(): void {
    this.#pause.end();
    this.#probes.end();
  }
}

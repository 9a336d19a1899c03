import { notify, sleep } from '@replyq/contract/transport';
import { EntryBatcher } from './entry-batcher.ts';
import type { QueueApi } from './queue-api.ts';
import type { BatchResult, Failure } from './queue-service.ts';
import { backoffDelayMs, SEND_BACKOFF } from './retry.ts';

export interface SettlementsOptions {
  readonly api: QueueApi;
  readonly queue: string;
  readonly queueUrl: string;
  /** How long an ack may wait for company. */
  readonly ackLingerMs: number;
}

/** After this many attempts a message is left to its visibility timeout and a redelivery. */
const MAX_ATTEMPTS = 4;
/** How long a closing inbox repeats what failed. */
const HURRY_MS = 3000;

interface Entry {
  readonly receiptHandle: string;
  /** A release; undefined: an ack. */
  readonly delayMs?: number;
}

/** Acks and releases on their way out, in batches. A failure leads at worst to a redelivery. */
export class Settlements {
  readonly #options: SettlementsOptions;
  readonly #acks: EntryBatcher<Entry>;
  readonly #releases: EntryBatcher<Entry>;
  readonly #discarding = new AbortController();
  #retryUntilMs = Infinity;

  constructor(options: SettlementsOptions) {
    const { api, queueUrl, ackLingerMs } = options;
    const batcher = (
      lingerMs: number,
      send: (entries: readonly Entry[]) => Promise<BatchResult>,
    ): EntryBatcher<Entry> =>
      new EntryBatcher({
        runtime: api.runtime,
        maxEntries: api.service.limits.maxBatchEntries,
        lingerMs,
        forgotten: (entries) => {
          for (const entry of entries) this.#tellFailed(entry, 'Too many wait before it.');
        },
        send: (entries) => this.#attempt(entries, send),
      });
    this.#options = options;
    this.#acks = batcher(ackLingerMs, (entries) =>
      api.deleteBatch({
        queueUrl,
        receiptHandles: entries.map(({ receiptHandle }) => receiptHandle),
      }),
    );
    this.#releases = batcher(0, (entries) =>
      api.changeVisibilityBatch({
        queueUrl,
        entries: entries.map(({ receiptHandle, delayMs = 0 }) => ({
          receiptHandle,
          visibilityMs: delayMs,
        })),
      }),
    );
  }

  ack(receiptHandle: string): void {
    this.#acks.add({ receiptHandle });
  }

  /** Acks that wait for company leave now. */
  hurryAcks(): void {
    this.#acks.sendAll();
  }

  release(receiptHandle: string, delayMs: number): void {
    this.#releases.add({ receiptHandle, delayMs });
  }

  async flush(): Promise<void> {
    await Promise.all([this.#acks.flush(), this.#releases.flush()]);
  }

  /** Closing: nothing is repeated for longer than a few seconds. */
  hurry(): void {
    this.#retryUntilMs = this.#options.api.runtime.monotonicMs() + HURRY_MS;
  }

  /** The queue is about to be deleted: what waits is pointless. */
  discard(): void {
    this.#discarding.abort();
    this.#acks.discard();
    this.#releases.discard();
  }

  async #attempt(
    entries: readonly Entry[],
    send: (entries: readonly Entry[]) => Promise<BatchResult>,
  ): Promise<void> {
    const { api } = this.#options;
    const discarding = this.#discarding.signal;
    let waiting = entries;
    for (let attempt = 1; waiting.length > 0 && !discarding.aborted; attempt += 1) {
      const sent = waiting;
      const result = await send(sent);
      const failures = new Map<Entry, Failure>();
      for (const [index, entry] of sent.entries()) {
        const outcome = result.kind === 'ok' ? (result.entries[index] ?? NO_ANSWER) : result;
        if (outcome.kind !== 'ok') failures.set(entry, outcome);
      }
      waiting = this.#worthRepeating(failures, attempt);
      if (waiting.length === 0) return;
      const retryInMs = backoffDelayMs(SEND_BACKOFF, attempt, () => api.runtime.random());
      await sleep(api.runtime, retryInMs, { keepAlive: true, signal: discarding });
    }
  }

  #worthRepeating(failures: ReadonlyMap<Entry, Failure>, attempt: number): readonly Entry[] {
    const { api } = this.#options;
    const again: Entry[] = [];
    const mayRepeat = attempt < MAX_ATTEMPTS && api.runtime.monotonicMs() < this.#retryUntilMs;
    for (const [entry, { kind, error }] of failures) {
      if (mayRepeat && REPEATED.has(kind)) again.push(entry);
      // A stale handle means that the message is somebody else's by now, which was foreseen.
      else if (kind !== 'staleHandle') this.#tellFailed(entry, error);
    }
    return again;
  }

  #tellFailed({ delayMs }: Entry, error: string): void {
    const { api, queue } = this.#options;
    const operation = delayMs === undefined ? 'ack' : 'release';
    notify(api.observer, { kind: 'settleFailed', queue, operation, error });
  }
}

const REPEATED: ReadonlySet<Failure['kind']> = new Set([
  'throttled',
  'unreachable',
  'unknown',
  'aborted',
  'credentials',
]);

const NO_ANSWER: Failure = { kind: 'unknown', error: 'The answer does not mention this entry.' };

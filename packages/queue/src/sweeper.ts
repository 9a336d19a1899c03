import { notify, type Timer } from '@replyq/contract/transport';
import type { QueueApi } from './queue-api.ts';
import { queueNameOf } from './queue-name.ts';
import type { Failure } from './queue-service.ts';
import { isReserved, sweep } from './sweep.ts';
import { SweepBoard } from './sweep-board.ts';
import { SweepLook } from './sweep-look.ts';
import { SweepMemory } from './sweep-memory.ts';
import type { SweepReport } from './sweep-report.ts';

/**
 * A look comes between three and four quarters of the period after the last sweep began: so that sweeps
 * are at most a period apart whoever dies, and that processes do not all look at once.
 */
const REST = 0.75;
/** A process that lives for less than this part of the period never looks. */
const FIRST = 0.25;
/** Periods until one who may not sweep asks again. */
const DENIED_PERIODS = 12;

export interface SweeperOptions {
  readonly api: QueueApi;
  readonly prefix: string;
  readonly everyMs: number;
  /** Of one of the own reply queues. */
  readonly clientId: () => string;
  /** Whether a requester of this transport has this queue: it is in use, whatever its tags say. */
  readonly isOwn: (queue: string) => boolean;
}

type LookEnd =
  | { readonly kind: 'looked' }
  /** Somebody has swept so long ago. */
  | { readonly kind: 'sweptLately'; readonly agoMs: number }
  | { readonly kind: 'failed'; readonly denied: boolean; readonly error: string }
  | { readonly kind: 'swept'; readonly report: SweepReport };

/**
 * Looks now and then whether a sweep is due among all processes that share the prefix, and sweeps if it
 * is. Does not keep the process alive.
 */
export class Sweeper {
  readonly #options: SweeperOptions;
  readonly #memory = new SweepMemory();
  #timer: Timer | undefined;
  #running: AbortController | undefined;

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  /** Idempotent. */
  start(): void {
    if (this.#running !== undefined) return;
    const { api, everyMs } = this.#options;
    const { signal } = (this.#running = new AbortController());
    // Two timers: those who live shortly draw no random number, and so stay comparable in simulations.
    this.#after(FIRST * everyMs, () =>
      this.#after((1 - FIRST) * everyMs * api.runtime.random(), () => void this.#look(signal)),
    );
  }

  /** Ends a sweep that is under way; it may be started again. */
  stop(): void {
    this.#timer?.cancel();
    this.#running?.abort();
    this.#running = undefined;
  }

  #after(delayMs: number, then: () => void): void {
    this.#timer = this.#options.api.runtime.setTimer(delayMs, then);
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { api, everyMs } = this.#options;
    const startedMs = api.runtime.monotonicMs();
    const end = await this.#sweepIfDue(signal);
    if (signal.aborted) return;
    this.#tell(end);
    const tookMs = api.runtime.monotonicMs() - startedMs;
    const agoMs = end.kind === 'sweptLately' ? end.agoMs : tookMs;
    const periods = end.kind === 'failed' && end.denied ? DENIED_PERIODS : 1;
    const restMs = everyMs * (periods - 1 + REST + (1 - REST) * api.runtime.random()) - agoMs;
    this.#after(Math.max(restMs, (1 - REST) * everyMs * api.runtime.random()), () => {
      void this.#look(signal);
    });
  }

  async #sweepIfDue(signal: AbortSignal): Promise<LookEnd> {
    const { api, clientId, everyMs, isOwn, prefix } = this.#options;
    const memory = this.#memory;
    const look = new SweepLook({ api, memory, signal });
    const listed = await look.list(prefix);
    if (listed.kind !== 'ok') return failed(listed);
    const { queueUrls } = listed;
    const others = queueUrls.map(queueNameOf).filter((queue) => !isReserved(queue, prefix));
    if (others.every(isOwn)) return { kind: 'looked' };
    const about = { api, look, memory, prefix, isOwn, signal };
    const board = new SweepBoard({ ...about, clientId: clientId() });
    const last = await board.read(queueUrls);
    if (last.kind !== 'board' && last.kind !== 'none') return failed(last);
    if (last.kind === 'board') {
      if (last.agoMs < REST * everyMs) return { kind: 'sweptLately', agoMs: last.agoMs };
      await board.mark(last.queueUrl);
    }
    const { denied, report } = await sweep({ ...about, queueUrls, dryRun: false });
    if (denied && last.kind === 'board') await board.unmark(last.queueUrl);
    return { kind: 'swept', report };
  }

  #tell(end: LookEnd): void {
    const { api, prefix } = this.#options;
    if (end.kind === 'failed') {
      notify(api.observer, { kind: 'sweepFailed', prefix, error: end.error });
    }
    if (end.kind !== 'swept') return;
    const { deleted, error, found, kept } = end.report;
    notify(api.observer, {
      kind: 'idleQueuesSwept',
      prefix,
      found,
      deleted,
      kept: kept.length,
      ...(error === undefined ? {} : { error }),
    });
  }
}

function failed({ error, kind }: Failure): LookEnd {
  return { kind: 'failed', denied: kind === 'denied', error };
}

import { inRange, integerInRange, type QueueRef } from '@replyq/contract/transport';
import { neverAborted } from '../patience.ts';
import { refused, refuseUnknown } from '../refused.ts';
import type { DeadLetter } from './dead-letter.ts';

export interface RedriveProgress {
  /** So far. */
  readonly moved: number;
  readonly passedOver: number;
  readonly kept: number;
}

export interface RedriveOptions {
  /** Which entries are moved. Default: all. What it throws, the run rejects with, after it has tidied up. */
  readonly filter?: (letter: DeadLetter) => boolean;
  /** Entries, at most. Default: all. */
  readonly max?: number;
  /** Entries per second, on average. Default: as fast as it goes, some hundred. */
  readonly perSecond?: number;
  /** Where to. Default: the queue that they came from. */
  readonly to?: QueueRef;
  /** Reads and counts, moves nothing. Default false. */
  readonly dryRun?: boolean;
  /**
   * Messages keep their `replyq.failure` and the count of their tries, and unless there is a `filter`
   * or a `max` the service itself moves them, where it can: nothing is read, for one request. Default false.
   */
  readonly asTheyAre?: boolean;
  /** Ends the run; what has begun to be moved is finished first. What the service moves, it goes on to move. */
  readonly signal?: AbortSignal;
  /** Called after each batch. */
  readonly onProgress?: (progress: RedriveProgress) => void;
}

export interface ResolvedRedriveOptions {
  readonly filter: ((letter: DeadLetter) => boolean) | undefined;
  readonly max: number;
  readonly perSecond: number;
  readonly to: QueueRef | undefined;
  readonly dryRun: boolean;
  readonly asTheyAre: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: RedriveProgress) => void;
}

/** One in twenty seconds: whoever wants less wants another run. */
const SLOWEST_PER_SECOND = 0.05;

const OPTIONS: Readonly<Record<keyof RedriveOptions, true>> = {
  filter: true,
  max: true,
  perSecond: true,
  to: true,
  dryRun: true,
  asTheyAre: true,
  signal: true,
  onProgress: true,
};

/** @throws RpcError BAD_REQUEST with the bad value and its bounds. */
export function resolveRedriveOptions(options: RedriveOptions): ResolvedRedriveOptions {
  refuseUnknown('redrive', options, OPTIONS);
  const { filter, max, onProgress, perSecond, to } = options;
  if (filter !== undefined && typeof filter !== 'function') {
    throw refused('filter is not a function.');
  }
  if (to !== undefined && (typeof to !== 'string' || to === ''))
    throw refused('to is not a queue.');
  return {
    filter,
    max:
      max === undefined || max === Infinity
        ? Infinity
        : integerInRange('max', max, 1, Number.MAX_SAFE_INTEGER),
    perSecond:
      perSecond === undefined
        ? Infinity
        : inRange('perSecond', perSecond, SLOWEST_PER_SECOND, Infinity),
    to,
    dryRun: options.dryRun ?? false,
    asTheyAre: options.asTheyAre ?? false,
    signal: options.signal ?? neverAborted(),
    onProgress: (progress) => {
      try {
        onProgress?.(progress);
      } catch {
        // Whoever watches must not leave messages half moved.
      }
    },
  };
}

import { systemRuntime, type Runtime } from '@replyq/contract/transport';
import type { ServiceLimits } from '@replyq/queue';
import { rangeFault } from './range-fault.ts';

export interface MemoryQueueServiceOptions {
  /** Default: the platform's. */
  readonly runtime?: Runtime;
  /** Smaller limits than SQS's of today, e.g. the 256 KiB of before 2025. */
  readonly limits?: Partial<ServiceLimits>;
  /** In ARNs. Default `memory-1`. */
  readonly region?: string;
  /** Twelve digits, in URLs and ARNs. Default `000000000000`. */
  readonly account?: string;
  /** What queue URLs begin with. Nothing listens there. Default `http://memory.localhost`. */
  readonly baseUrl?: string;
  /** The sender of every message, as receivers see it. Default `memory`. */
  readonly senderId?: string;
  /** How far the service's clock is ahead of the runtime's wall clock. Default 0. */
  readonly clockOffsetMs?: number;
  /**
   * Messages of one queue that may be in flight. At the limit receives come back empty, without
   * an error, as SQS's long polls do. Default 120,000, SQS's.
   */
  readonly inFlightLimit?: number;
  /** How long a new queue is `gone` for every operation but CreateQueue. Default 1 s, SQS's. */
  readonly createdVisibleAfterMs?: number;
  /**
   * How long a deleted queue still accepts messages, which vanish; everything else is `gone` at
   * once. SQS: up to 60 s. Default 0.
   */
  readonly deletedLingersMs?: number;
  /**
   * Whether a long poll whose client has gone may still take messages, which then come back only
   * after their visibility timeout. Real services do it sometimes. Default false.
   */
  readonly abortedPollTakes?: boolean;
  /** Standard queues: by how many places a message may come too late. Default 0, in order of sends. */
  readonly disorder?: number;
  /**
   * Called with how many messages a receive could return at most, says how many it returns; 0 sends
   * it back empty although there are messages. Default: all.
   */
  readonly receiveFewer?: (available: number) => number;
}

export interface ResolvedMemoryQueueServiceOptions extends Required<
  Omit<MemoryQueueServiceOptions, 'limits'>
> {
  readonly limits: ServiceLimits;
}

/** SQS since August 2025. */
const SQS_LIMITS: ServiceLimits = {
  maxBatchEntries: 10,
  maxMessageBytes: 1_048_576,
  maxBatchBytes: 1_048_576,
  maxWaitMs: 20_000,
};

/** Throws a `RangeError` that quotes the value. */
export function resolveMemoryQueueServiceOptions(
  options: MemoryQueueServiceOptions = {},
): ResolvedMemoryQueueServiceOptions {
  const resolved: ResolvedMemoryQueueServiceOptions = {
    runtime: options.runtime ?? systemRuntime,
    limits: { ...SQS_LIMITS, ...options.limits },
    region: options.region ?? 'memory-1',
    account: options.account ?? '000000000000',
    baseUrl: (options.baseUrl ?? 'http://memory.localhost').replace(/\/+$/, ''),
    senderId: options.senderId ?? 'memory',
    clockOffsetMs: options.clockOffsetMs ?? 0,
    inFlightLimit: options.inFlightLimit ?? 120_000,
    createdVisibleAfterMs: options.createdVisibleAfterMs ?? 1_000,
    deletedLingersMs: options.deletedLingersMs ?? 0,
    abortedPollTakes: options.abortedPollTakes ?? false,
    disorder: options.disorder ?? 0,
    receiveFewer: options.receiveFewer ?? ((available) => available),
  };
  assertMatch('account', resolved.account, /^\d{12}$/);
  assertMatch('region', resolved.region, /^[a-z0-9-]+$/);
  if (!URL.canParse(resolved.baseUrl)) {
    throw new RangeError(`baseUrl must be a URL, not ${JSON.stringify(resolved.baseUrl)}`);
  }
  assertRange('inFlightLimit', resolved.inFlightLimit, 1, Infinity);
  assertRange('createdVisibleAfterMs', resolved.createdVisibleAfterMs, 0, Infinity);
  assertRange('deletedLingersMs', resolved.deletedLingersMs, 0, 60_000);
  assertRange('disorder', resolved.disorder, 0, Infinity);
  for (const [name, value] of Object.entries<number>({ ...resolved.limits })) {
    assertRange(`limits.${name}`, value, 1, Infinity);
  }
  return resolved;
}

function assertMatch(name: string, value: string, pattern: RegExp): void {
  if (!pattern.test(value)) {
    throw new RangeError(`${name} must match ${pattern}, not ${JSON.stringify(value)}`);
  }
}

function assertRange(name: string, value: number, min: number, max: number): void {
  const fault = rangeFault(name, value, min, max);
  if (fault !== undefined) throw new RangeError(fault);
}

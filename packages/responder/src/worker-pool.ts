import { integerInRange, type Runtime } from '@replyq/contract/transport';
import { RateWindow, resolveRateLimit, type RateLimit } from './rate-window.ts';
import { refused } from './refused.ts';
import { SharedSlots } from './shared-slots.ts';

/** As many as one responder has by default. */
const DEFAULT_CONCURRENCY = 64;

export interface WorkerPoolOptions {
  /** Handlers that run at once, of all responders together: 1 to 100,000. Default 64. */
  readonly concurrency?: number;
  /** At most so many handlers begin, of all responders together. Default: no limit. */
  readonly rateLimit?: RateLimit;
}

/** Slots that responders of one process share. There is nothing to close: it lives in its responders. */
export interface WorkerPool {
  readonly concurrency: number;
  health(): WorkerPoolHealth;
}

export interface WorkerPoolHealth {
  readonly runningHandlers: number;
  readonly freeSlots: number;
  /** Requests that were received and wait for a slot or for the rate, 10 s at most. */
  readonly waiting: number;
}

const slotsOf = new WeakMap<WorkerPool, (runtime: Runtime) => SharedSlots>();

/**
 * For `createResponder({ pool, weight, priority, … })`: one responder for each queue, with slots in common.
 * Throws an `RpcError` BAD_REQUEST that says which option is out of range.
 */
export function createWorkerPool(options: WorkerPoolOptions = {}): WorkerPool {
  const concurrency = resolveConcurrency(options.concurrency);
  const rate = options.rateLimit === undefined ? undefined : resolveRateLimit(options.rateLimit);
  let slots: SharedSlots | undefined;
  const pool: WorkerPool = {
    concurrency,
    health: () => ({
      runningHandlers: slots?.running ?? 0,
      freeSlots: slots?.freeSlots ?? concurrency,
      waiting: slots?.waiting ?? 0,
    }),
  };
  slotsOf.set(pool, (runtime) => {
    slots ??= new SharedSlots(concurrency, runtime, rate && new RateWindow(rate, runtime));
    return slots;
  });
  return pool;
}

/** Throws an `RpcError` BAD_REQUEST for what `createWorkerPool` has not made, and for transports with another clock. */
export function sharedSlotsOf(pool: WorkerPool, runtime: Runtime): SharedSlots {
  const open = slotsOf.get(pool);
  if (open === undefined) throw refused('`pool` was not made by createWorkerPool.');
  const slots = open(runtime);
  if (slots.runtime !== runtime)
    throw refused('The responders of one `pool` need transports with the same runtime.');
  return slots;
}

export function resolveConcurrency(concurrency: number | undefined): number {
  return integerInRange('concurrency', concurrency ?? DEFAULT_CONCURRENCY, 1, 100_000);
}

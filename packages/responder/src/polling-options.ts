import { inRange, integerInRange, type Runtime } from '@replyq/contract/transport';
import { ConcurrencyGate } from './concurrency-gate.ts';
import { PoolPlace } from './pool-place.ts';
import { RateWindow, resolveRateLimit, type RateLimit } from './rate-window.ts';
import { refused } from './refused.ts';
import type { Slots } from './slots.ts';
import { resolveConcurrency, sharedSlotsOf, type WorkerPool } from './worker-pool.ts';

/** Half of the default concurrency: two receives fill all slots. Larger ones gain little and lose more at once. */
const DEFAULT_PACKS = 32;

export interface PollingOptions {
  /** Handlers that run at once. Default 64. Not beside `pool`, which has its own. */
  readonly concurrency?: number;
  /**
   * At most `limit` handlers of this responder begin within any `perMs`, of calls and tasks alike; then its
   * queue is not asked until another one may. Each process counts for itself. What needs no handler (it has
   * expired, or its reply is stored) does not count. Default: no limit.
   */
  readonly rateLimit?: RateLimit;
  /** Slots that this responder shares with others of this process, each with its queue. Default: it has its own. */
  readonly pool?: WorkerPool;
  /**
   * Its share of the handlers that begin while more is waiting than the pool has slots for: 0.001 to
   * 1,000. What one queue leaves unused the others get. Only with `pool`. Default 1.
   */
  readonly weight?: number;
  /**
   * An integer from 0 to 1,000; 0 comes first. Those with a higher number get slots only while
   * nothing comes from those with a lower one: for shares, say `weight`. Only with `pool`. Default 0.
   */
  readonly priority?: number;
  /**
   * Requests that callers may put into one message: 0 to 256; 0: none. Told in each reply. A receive asks
   * for fewer messages accordingly, so say 0 where no caller is replyq. Default: as many as run at
   * once, or as the rate lets begin at once, at most 32.
   */
  readonly packs?: number;
  /** How long a received request stays hidden between two heartbeats. Default 10 s. */
  readonly visibilityMs?: number;
  /** How long a receive waits for requests. Default 20 s. */
  readonly waitMs?: number;
  /** How long `close` waits for running handlers. Default 25 s, since Kubernetes gives 30 s. */
  readonly drainMs?: number;
  /** Make the request queue if it does not exist. For examples and tests. Default false. */
  readonly create?: boolean;
}

export interface ResolvedPolling {
  readonly slots: Slots;
  readonly packs: number;
  readonly drainMs: number;
}

/** Throws an `RpcError` BAD_REQUEST that quotes the bad value with its bounds. */
export function resolvePolling(options: PollingOptions, runtime: Runtime): ResolvedPolling {
  const limit = options.rateLimit === undefined ? undefined : resolveRateLimit(options.rateLimit);
  const rate = limit === undefined ? undefined : new RateWindow(limit, runtime);
  const slots = slotsOf(options, rate, runtime);
  const { pool } = options;
  const poolLimit = pool === undefined ? Infinity : sharedSlotsOf(pool, runtime).rateLimit;
  const atOnce = Math.min(DEFAULT_PACKS, slots.size, limit?.limit ?? Infinity, poolLimit);
  return {
    slots,
    packs: integerInRange('packs', options.packs ?? atOnce, 0, 256),
    drainMs: inRange('drainMs', options.drainMs ?? 25_000, 0, 3_600_000),
  };
}

function slotsOf(options: PollingOptions, rate: RateWindow | undefined, runtime: Runtime): Slots {
  const { concurrency, pool, priority, weight } = options;
  if (pool === undefined) {
    if (weight !== undefined) throw refused('`weight` means nothing without a `pool`.');
    if (priority !== undefined) throw refused('`priority` means nothing without a `pool`.');
    return new ConcurrencyGate(resolveConcurrency(concurrency), rate);
  }
  if (concurrency !== undefined)
    throw refused("`concurrency` is the `pool`'s: give it to createWorkerPool.");
  const place = {
    weight: inRange('weight', weight ?? 1, 0.001, 1000),
    priority: integerInRange('priority', priority ?? 0, 0, 1000),
    rate,
  };
  return new PoolPlace(sharedSlotsOf(pool, runtime), place);
}

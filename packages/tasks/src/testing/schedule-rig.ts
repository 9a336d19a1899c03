// Schedules without a queue: a task that writes down what it is given, and a lease that several share.
import type { ReplyqEvent } from '@replyq/contract/transport';
import { createVirtualRuntime, type VirtualRuntime } from '@replyq/testing';
import type { ScheduledEnqueueOptions, ScheduledTask } from '../schedules/schedule-options.ts';
import type { TickLease } from '../schedules/tick-lease.ts';

export interface Enqueued {
  readonly input: unknown;
  readonly options: ScheduledEnqueueOptions;
  /** True time. */
  readonly atMs: number;
}

export interface ScheduleRig {
  readonly runtime: VirtualRuntime;
  readonly task: ScheduledTask<unknown>;
  readonly enqueued: Enqueued[];
  /** What the next attempts end with: an error, or a wait for ever. */
  readonly ends: (Error | 'never')[];
  readonly events: ReplyqEvent[];
  readonly observer: (event: ReplyqEvent) => void;
  readonly lease: TickLease;
  /** Keys that were recorded, by what they were recorded as. */
  readonly recorded: Map<string, string>;
  /** As the runtime, on a host whose wall clock is so far ahead. */
  skewed(ms: number): VirtualRuntime;
}

/** Everything begins at 2026-01-01T00:00Z. */
export function openScheduleRig(): ScheduleRig {
  const runtime = createVirtualRuntime();
  const enqueued: Enqueued[] = [];
  const ends: (Error | 'never')[] = [];
  const events: ReplyqEvent[] = [];
  const recorded = new Map<string, string>();
  const leases = new Map<string, { readonly token: object; untilMs: number }>();
  const keys = new WeakMap<object, string>();
  const holds = (token: string | object): string | undefined => {
    const key = typeof token === 'object' ? keys.get(token) : undefined;
    return key !== undefined && leases.get(key)?.token === token ? key : undefined;
  };
  return {
    runtime,
    enqueued,
    ends,
    events,
    recorded,
    observer: (event) => void events.push(event),
    task: {
      async enqueue(input, options) {
        const end = ends.shift();
        if (end === 'never') await new Promise(() => {});
        if (end instanceof Error) throw end;
        enqueued.push({ input, options, atMs: runtime.nowMs() });
        return { id: `task-${enqueued.length}` };
      },
    },
    lease: {
      claim({ key, leaseMs }) {
        const nowMs = runtime.monotonicMs();
        if (recorded.has(key)) return { kind: 'stored' };
        const held = leases.get(key);
        if (held !== undefined && held.untilMs > nowMs)
          return { kind: 'busy', retryInMs: Math.min(1000, held.untilMs - nowMs) };
        const token = {};
        keys.set(token, key);
        leases.set(key, { token, untilMs: nowMs + leaseMs });
        return { kind: 'run', token };
      },
      renew(token, leaseMs) {
        const held = leases.get(holds(token) ?? '');
        if (held !== undefined) held.untilMs = runtime.monotonicMs() + leaseMs;
        return held !== undefined;
      },
      record(token, { body }) {
        const key = holds(token);
        if (key !== undefined) recorded.set(key, body);
        return key !== undefined;
      },
      abandon(token) {
        leases.delete(holds(token) ?? '');
      },
    },
    skewed: (ms) => ({ ...runtime, nowMs: () => runtime.nowMs() + ms }),
  };
}

/** A minute past 2026-01-01T00:00Z, and so on. */
export function atMinute(minute: number): number {
  return Date.UTC(2026, 0, 1) + minute * 60_000;
}

import {
  assertScheduleStore,
  inRange,
  integerInRange,
  type Interceptor,
  type Observer,
  type ScheduleStore,
  type Transport,
} from '@replyq/contract/transport';
import type { OutgoingCall } from './outgoing-call.ts';

export interface RequesterOptions {
  /** Closed by whoever made it, after the requester. */
  readonly transport: Transport;
  /** For calls and procedures that name none. Default 20 s, as in AWS's example. */
  readonly timeoutMs?: number;
  /** The longest that any call may ask for. Default 1 h. */
  readonly maxTimeoutMs?: number;
  /** Calls that may be open at once; one more is refused as OVERLOADED. Default 100,000. */
  readonly maxPendingCalls?: number;
  /** Round each call of a typed client. (`queueLink` has tRPC's own links round it.) */
  readonly interceptors?: readonly Interceptor<OutgoingCall>[];
  readonly observer?: Observer;
  /** Knows the tasks that have a `scheduleKey`; the workers must have the same. Its maker closes it. */
  readonly schedules?: ScheduleStore;
}

export interface ResolvedRequesterOptions {
  readonly transport: Transport;
  readonly timeoutMs: number;
  readonly maxTimeoutMs: number;
  readonly maxPendingCalls: number;
  readonly interceptors: readonly Interceptor<OutgoingCall>[];
  readonly observer: Observer | undefined;
  readonly schedules: ScheduleStore | undefined;
}

/** Throws an `RpcError` BAD_REQUEST that quotes the bad value with its bounds. */
export function resolveRequesterOptions(options: RequesterOptions): ResolvedRequesterOptions {
  const maxTimeoutMs = inRange('maxTimeoutMs', options.maxTimeoutMs ?? 3_600_000, 1, 2 ** 31 - 1);
  assertScheduleStore(options.schedules);
  return {
    transport: options.transport,
    timeoutMs: inRange(
      'timeoutMs',
      options.timeoutMs ?? Math.min(20_000, maxTimeoutMs),
      1,
      maxTimeoutMs,
    ),
    maxTimeoutMs,
    maxPendingCalls: integerInRange('maxPendingCalls', options.maxPendingCalls ?? 100_000, 1, 1e7),
    interceptors: options.interceptors ?? [],
    observer: options.observer,
    schedules: options.schedules,
  };
}

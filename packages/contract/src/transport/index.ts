// For those who write transports, observers and runtimes. Applications import '@replyq/contract'.
export { Alarms, type Alarm } from './alarms.ts';
export { assertMethods } from './assert-methods.ts';
export { currentCall, runInCall, type CallScope, type TraceCarrier } from './call-scope.ts';
export type { Delivery } from './delivery.ts';
export { isFifo } from './fifo.ts';
export { inRange, integerInRange } from './in-range.ts';
export { inTime, type TimeLimit } from './in-time.ts';
export type { Inbox, InboxHealth, Polled, Received, ReceiveOptions } from './inbox.ts';
export { intercept, type Interceptor } from './interceptor.ts';
export {
  notify,
  type ApiOperation,
  type Observer,
  type ReplyqEvent,
  type RequesterEvent,
  type RequestRefusal,
  type ResponderEvent,
  type TransportEvent,
} from './observer.ts';
export {
  PATIENT_SHARE,
  type OutgoingFrame,
  type Outbox,
  type RefusalReason,
  type SendOutcome,
} from './outbox.ts';
export type { ReplyQueue, ReplyQueueReadiness } from './reply-queue.ts';
export type { ReplyAddressRule, ReplyRoute, ReplyRouter, ReplyToPolicy } from './reply-router.ts';
export type { Runtime, Timer, TimerOptions } from './runtime.ts';
export type { ScheduleEvent } from './schedule-event.ts';
export {
  assertScheduleStore,
  scheduleKeyOf,
  SCHEDULE_STORE_LIMIT_MS,
  type ScheduleKeyParts,
  type ScheduleStore,
} from './schedule-store.ts';
export { sleep, type SleepOptions } from './sleep.ts';
export { systemRuntime } from './system-runtime.ts';
export { RecentMap } from './recent-map.ts';
export { TransientMap, TransientSet } from './transient-map.ts';
export type { InboxOptions, QueueRef, ReplyQueueOptions, Transport } from './transport.ts';

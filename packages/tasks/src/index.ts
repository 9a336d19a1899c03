export type { DeadLetter, DeadLetterInput, DeadLetterKind } from './dead-letters/dead-letter.ts';
export {
  deadLetters,
  type DeadLetterQueueInfo,
  type DeadLetters,
  type DeadLettersOptions,
  type ListDeadLettersOptions,
  type PeekOptions,
} from './dead-letters/dead-letters.ts';
export type { PurgeOptions, PurgeReport } from './dead-letters/purge.ts';
export type { RedriveOptions, RedriveProgress } from './dead-letters/redrive-options.ts';
export type {
  DeadLetterKeepReason,
  KeptDeadLetter,
  RedriveEnd,
  RedriveReport,
} from './dead-letters/redrive-report.ts';
export { createSchedule, type Schedule } from './schedules/schedule.ts';
export type {
  ScheduledEnqueueOptions,
  ScheduledInput,
  ScheduledTask,
  ScheduledTaskOptions,
  ScheduleOptions,
  ScheduleTick,
} from './schedules/schedule-options.ts';
export type { TickClaim, TickClaimRequest, TickLease, TickNote } from './schedules/tick-lease.ts';
export { ensureQueues, type EnsureQueuesOptions } from './set-up/ensure-queues.ts';
export {
  formatPlan,
  type AttributeChange,
  type PlannedAction,
  type PlannedQueue,
  type QueuePlan,
} from './set-up/queue-plan.ts';
export type { QueueEncryption, QueueSetUp } from './set-up/queue-set-up.ts';

import { expectTypeOf, test } from 'vitest';
import { createSchedule, type Schedule } from './schedule.ts';
import type { ScheduleTick } from './schedule-options.ts';

interface EnqueueOptions {
  readonly deduplicationId?: string;
  readonly groupId?: string;
  readonly signal?: AbortSignal;
}
// As a requester has them.
declare const send: {
  enqueue(
    input: { to: string },
    options: EnqueueOptions & { result: true },
  ): Promise<{ id: string; result(): Promise<unknown> }>;
  enqueue(
    ...args: [input: { to: string }, options?: EnqueueOptions]
  ): Promise<{ id: string; queue: string }>;
};
declare const sweep: {
  enqueue(...args: [input?: undefined, options?: EnqueueOptions]): Promise<{ id: string }>;
};

test('the input is the task’s, as a value or made of the tick', () => {
  const at = { name: 'n', everyMs: 1000 } as const;
  expectTypeOf(
    createSchedule({ ...at, task: send, input: { to: 'ann' } }),
  ).toEqualTypeOf<Schedule>();
  createSchedule({ ...at, task: send, input: (tick) => ({ to: String(tick.atMs) }) });
  createSchedule({ ...at, task: send, input: (tick: ScheduleTick) => ({ to: tick.schedule }) });
  // @ts-expect-error: of another shape.
  createSchedule({ ...at, task: send, input: { to: 7 } });
  // @ts-expect-error: it needs one.
  createSchedule({ ...at, task: send });
  createSchedule({ ...at, task: sweep });
});

test('a schedule has ticks of one kind, and its own deduplication id', () => {
  createSchedule({ name: 'n', task: sweep, cron: '0 3 * * *', timezone: 'Europe/Berlin' });
  // @ts-expect-error: both.
  createSchedule({ name: 'n', task: sweep, cron: '0 3 * * *', everyMs: 1000 });
  // @ts-expect-error: neither.
  createSchedule({ name: 'n', task: sweep });
  createSchedule({ name: 'n', task: sweep, everyMs: 1000, options: { groupId: 'g' } });
  // @ts-expect-error: the schedule's.
  createSchedule({ name: 'n', task: sweep, everyMs: 1000, options: { deduplicationId: 'd' } });
});

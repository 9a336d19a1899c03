import type { FrameFact, TaskFact } from '../simulation/fact.ts';
import type { Violation } from '../simulation/oracle.ts';
import { judgeTasks, type TaskBounds } from '../simulation/oracles/index.ts';
import { BOUNDS, ToldHistory } from './told-history.ts';

export const TASK_BOUNDS: TaskBounds = {
  ...BOUNDS,
  deadLetterQueue: 'dead',
  attempts: 2,
  maxReceiveCount: 4,
  remembers: true,
};

/** The part of a history that is about tasks. `t1` has the id `t1-id`, and is enqueued by `q`. */
export class ToldTasks extends ToldHistory {
  enqueues(task: string, told: Partial<TaskFact> = {}): this {
    const { deduplicationId } = told;
    const key = deduplicationId === undefined ? {} : { idempotencyKey: deduplicationId };
    return this.asks(task, { ...key, task: { procedure: 'work', delayMs: 0, ...told } });
  }

  accepts(task: string): this {
    return this.add({ kind: 'callSettled', call: task, outcome: 'ok' });
  }

  /** A message with these tasks is stored. */
  stores(messageId: string, tasks: readonly string[], more: Partial<FrameFact> = {}): this {
    return this.add({
      kind: 'stored',
      queue: 'requests',
      messageId,
      frames: framesOf(tasks, more),
    });
  }

  /** A copy of it goes to the dead letters. */
  buries(messageId: string, task: string): this {
    const failure = { code: 'INTERNAL_SERVER_ERROR', attempts: 2 };
    const frames = framesOf([task], { failure });
    return this.add({ kind: 'stored', queue: 'dead', messageId, frames });
  }

  works(run: string, task: string, attempt = 1): this {
    return this.runs(run, task, { attempt });
  }

  /** All is over; what is still there. */
  isOver(
    left: { readonly here?: readonly string[]; readonly dead?: readonly string[] } = {},
  ): this {
    const { dead = [], here = [] } = left;
    this.add({ kind: 'queueLeft', queue: 'requests', messageIds: here, hidden: 0 });
    this.add({ kind: 'queueLeft', queue: 'dead', messageIds: dead, hidden: 0 });
    return this.add({ kind: 'ended' });
  }

  override violations(bounds: Partial<TaskBounds> = {}): readonly Violation[] {
    return judgeTasks(this.facts, { ...TASK_BOUNDS, ...bounds });
  }

  override broken(bounds: Partial<TaskBounds> = {}): readonly string[] {
    return [...new Set(this.violations(bounds).map(({ invariant }) => invariant))];
  }
}

function framesOf(tasks: readonly string[], more: Partial<FrameFact>): readonly FrameFact[] {
  return tasks.map((call) => ({
    kind: 'request',
    call,
    callId: `${call}-id`,
    timeoutMs: 10_000,
    attempt: 1,
    task: true,
    ...more,
  }));
}

/** The producer `q`, and the workers `r1` and `r2`. */
export function idle(): ToldTasks {
  return new ToldTasks()
    .at(0, 'q')
    .starts('requester')
    .at(0, 'r1')
    .starts('responder')
    .at(0, 'r2')
    .starts('responder');
}

/** As {@link idle}; then `q` has enqueued `t1` in message `m1`, which `r1` has received at 20 ms. */
export function received(told: Partial<TaskFact> = {}): ToldTasks {
  return idle()
    .at(0, 'q')
    .enqueues('t1', told)
    .at(10)
    .stores('m1', ['t1'])
    .accepts('t1')
    .at(20, 'r1')
    .receives('m1');
}

/** As {@link received}; then `r1` has done it, and its message is gone. */
export function done(told: Partial<TaskFact> = {}): ToldTasks {
  return received(told).at(21, 'r1').works('r1/1', 't1').at(30).ends('r1/1').at(40).deletes('m1');
}

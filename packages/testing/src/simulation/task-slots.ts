import type { ResponderHost, SimResponder } from './call-system.ts';
import type { SimHost } from './simulation.ts';
import { Slot, type Closable } from './slots.ts';
import { workOfAttempt, type TaskPlan } from './task-plan.ts';
import type { SimProducer, TaskSystem } from './task-system.ts';

export class ProducerSlot extends Slot<SimProducer> {
  protected readonly role = 'requester';

  /** Hands tasks over, if a process is there to do it. */
  enqueue(plans: readonly TaskPlan[]): void {
    const { host, instance } = this;
    if (host === undefined || instance === undefined) return;
    host.process.reach(() => void this.#enqueue(plans, host, instance));
  }

  protected open(host: SimHost): SimProducer {
    return this.options.open(host);
  }

  async #enqueue(plans: readonly TaskPlan[], host: SimHost, producer: SimProducer): Promise<void> {
    for (const each of plans) {
      const { deduplicationId, delayMs, groupId, probe, procedure, task, timeoutMs } = each;
      host.tell({
        kind: 'callStarted',
        call: task,
        timeoutMs,
        ...(deduplicationId === undefined ? {} : { idempotencyKey: deduplicationId }),
        ...(probe === undefined ? {} : { probe }),
        task: {
          procedure,
          delayMs,
          ...(deduplicationId === undefined ? {} : { deduplicationId }),
          ...(groupId === undefined ? {} : { groupId }),
        },
      });
    }
    const ends = await producer.enqueue(plans);
    for (const [index, { task }] of plans.entries()) {
      const { maybeExecuted, outcome = 'NO_END' } = ends[index] ?? {};
      const told = maybeExecuted === undefined ? {} : { maybeExecuted };
      host.tell({ kind: 'callSettled', call: task, outcome, ...told });
    }
  }
}

/** A process of the system's own kind. */
export class OtherSlot extends Slot<Closable> {
  protected readonly role = 'other';

  protected open(host: SimHost): Closable {
    return this.options.open(host);
  }
}

/** How a worker is opened where a responder is. */
export function workerOf(system: TaskSystem): (host: ResponderHost) => SimResponder {
  return (host) =>
    system.openWorker({
      ...host,
      run: ({ attempt, deduplicationId, idempotent, signal, task, taskId, work }) =>
        host.run({
          call: task,
          callId: taskId,
          idempotencyKey: deduplicationId,
          idempotent,
          signal,
          attempt,
          input: { subject: task, work: workOfAttempt(work, attempt) },
          ...(work.kind === 'die' && attempt <= work.attempts ? { diesAfterMs: work.forMs } : {}),
        }),
    });
}

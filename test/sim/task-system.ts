import { NonRetryableError, RpcError } from '@replyq/contract';
import type { CallScope } from '@replyq/contract/transport';
import { createResponder, type ReplyStore } from '@replyq/responder';
import {
  HandlerFailure,
  type CallEnd,
  type Closable,
  type SimHost,
  type SimProducer,
  type SimResponder,
  type TaskPlan,
  type TaskSystem,
  type TaskWork,
  type WorkerHost,
} from '@replyq/testing';
import { openScheduler } from './schedulers.ts';
import { openTaskClient, openTaskTransport } from './task-client.ts';
import { jobsOf } from './task-contract.ts';
import { maxReceivesOf, queuesOf, type TaskKnobs } from './task-knobs.ts';

/** The real producers, workers and queue machinery, over simulated processes. */
export function realTaskSystem(
  knobs: TaskKnobs,
  storeOf: (host: SimHost) => ReplyStore,
): TaskSystem {
  const { dead, queue } = queuesOf(knobs);
  return {
    queue,
    deadLetterQueue: dead,
    maxReceiveCount: maxReceivesOf(knobs),
    openWorker: (host) => openWorker(host, knobs, storeOf(host)),
    openProducer: (host) => openProducer(host, knobs),
    others: knobs.everyMs === undefined ? {} : schedulersOf(knobs, storeOf),
  };
}

const SCHEDULERS = ['scheduler-1', 'scheduler-2'];

function schedulersOf(
  knobs: TaskKnobs,
  storeOf: (host: SimHost) => ReplyStore,
): NonNullable<TaskSystem['others']> {
  const open = (host: SimHost): Closable =>
    openScheduler(host, openTaskClient(host, knobs), knobs, storeOf(host));
  return Object.fromEntries(SCHEDULERS.map((name) => [name, open]));
}

interface HandlerArguments {
  readonly call: CallScope;
  readonly input: { readonly work: TaskWork };
  readonly signal: AbortSignal;
}

function openWorker(host: WorkerHost, knobs: TaskKnobs, replyStore: ReplyStore): SimResponder {
  const transport = openTaskTransport(host, knobs);
  const { dead, queue } = queuesOf(knobs);
  const handle =
    (idempotent: boolean) =>
    async ({ call, input, signal }: HandlerArguments): Promise<void> => {
      const { attempt, metadata, taskId = '' } = call;
      const about = { task: metadata['call'] ?? '', deduplicationId: metadata['id'] };
      try {
        await host.run({ ...about, ...input, taskId, attempt, idempotent, signal });
      } catch (cause) {
        if (cause instanceof HandlerFailure && cause.declared)
          throw new NonRetryableError('As planned');
        throw cause;
      }
    };
  const { concurrency, graceMs, leaseMs, namesDeadLetters, visibilityMs, waitMs } = knobs;
  const responder = createResponder({
    transport,
    queue,
    contract: jobsOf(knobs),
    handlers: { work: handle(false), workAgain: handle(true) },
    replyStore,
    leaseMs,
    concurrency,
    graceMs,
    visibilityMs,
    waitMs,
    ...(namesDeadLetters ? { deadLetterQueue: dead } : {}),
  });
  return {
    start: () => responder.start(),
    drain: () => responder.drain(),
    close: async () => {
      await responder.close();
      await transport.close();
    },
  };
}

function openProducer(host: SimHost, knobs: TaskKnobs): SimProducer {
  const { client, close } = openTaskClient(host, knobs);
  return {
    enqueue: async (plans) => {
      const [first, ...others] = plans;
      if (first === undefined) return [];
      const { enqueue, enqueueMany } = client[first.procedure];
      if (others.length === 0) {
        const { input, ...options } = taskOf(first);
        const ended = enqueue(input, options).then((): CallEnd => ({ outcome: 'ok' }), endOf);
        return [await ended];
      }
      const results = await enqueueMany(plans.map(taskOf)).catch((error: unknown) =>
        plans.map(() => ({ ok: false as const, error })),
      );
      return results.map((result) => (result.ok ? { outcome: 'ok' } : endOf(result.error)));
    },
    close,
  };
}

function taskOf({ deduplicationId, delayMs, groupId, task, timeoutMs, work }: TaskPlan) {
  const id = deduplicationId === undefined ? {} : { deduplicationId };
  return {
    input: { work },
    timeoutMs,
    delayMs,
    metadata: { call: task, ...(deduplicationId === undefined ? {} : { id: deduplicationId }) },
    ...id,
    ...(groupId === undefined ? {} : { groupId }),
  };
}

function endOf(error: unknown): CallEnd {
  if (!RpcError.is(error)) return { outcome: 'NOT_AN_RPC_ERROR', value: String(error) };
  const { code, maybeExecuted } = error;
  return { outcome: code, maybeExecuted };
}

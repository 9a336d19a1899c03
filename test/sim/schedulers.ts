import { RpcError } from '@replyq/contract';
import type { ReplyStore } from '@replyq/responder';
import { createSchedule, type ScheduledTask } from '@replyq/tasks';
import type { Closable, SimHost, TaskWork } from '@replyq/testing';
import type { TaskClient } from './task-client.ts';
import type { TaskKnobs } from './task-knobs.ts';

/** By which the processes of the fleet know it. */
export const SCHEDULE = 'beat';
const WORK: TaskWork = { kind: 'return', forMs: 5, attempts: 1 };
/** As long as a schedule tries to hand a tick over at once. */
const HAND_OVER_MS = 20_000;

type Enqueue = ScheduledTask<{ readonly work: TaskWork }>['enqueue'];

/** One process of a fleet that enqueues a task at each tick. */
export function openScheduler(
  host: SimHost,
  { client, close }: TaskClient,
  { everyMs = 0, leased, store }: TaskKnobs,
  replyStore: ReplyStore,
): Closable {
  let count = 0;
  const enqueue: Enqueue = async (input, options) => {
    const call = `tick ${host.name}/${(count += 1)}`;
    const { deduplicationId, timeoutMs = HAND_OVER_MS } = options;
    const task = { procedure: 'work', delayMs: 0, deduplicationId };
    host.tell({ kind: 'callStarted', call, timeoutMs, idempotencyKey: deduplicationId, task });
    try {
      const metadata = { call, id: deduplicationId };
      const handle = await client.work.enqueue(input, { ...options, metadata });
      host.tell({ kind: 'callSettled', call, outcome: 'ok' });
      return handle;
    } catch (cause) {
      const { code, maybeExecuted } = RpcError.from(cause);
      host.tell({ kind: 'callSettled', call, outcome: code, maybeExecuted });
      throw cause;
    }
  };
  const schedule = createSchedule({
    name: SCHEDULE,
    everyMs,
    task: { enqueue },
    input: { work: WORK },
    runtime: host.runtime,
    ...(leased && store === 'shared' ? { lease: replyStore } : {}),
  });
  schedule.start();
  return {
    close: async () => {
      await schedule.close();
      await close();
    },
  };
}

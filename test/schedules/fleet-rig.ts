// Processes of a fleet in virtual time: each has a schedule and its own clock; they share a queue and stores.
import { defineContract, task } from '@replyq/contract';
import type { ReplyqEvent, Runtime } from '@replyq/contract/transport';
import { createMemoryQueueService, memoryTransport } from '@replyq/memory';
import { createRequester, type Requester } from '@replyq/requester';
import { createResponder, memoryReplyStore, type ReplyStore } from '@replyq/responder';
import { createSchedule, type Schedule } from '@replyq/tasks';
import { createVirtualRuntime, type VirtualRuntime } from '@replyq/testing';
import { z } from 'zod';

export const jobs = defineContract('jobs', { sweep: task({ input: z.string() }) });
const OPEN_MS = 60_000;

export interface Fleet {
  readonly runtime: VirtualRuntime;
  readonly requester: Requester;
  /** Ticks as they were run, in order. */
  readonly ran: string[];
  readonly events: ReplyqEvent[];
  /** Shared by all that want it, as a lease. */
  readonly store: ReplyStore;
  /** Adds a process. */
  join(options?: ProcessOptions): FleetProcess;
  close(): Promise<void>;
}

export interface ProcessOptions {
  readonly wallOffsetMs?: number;
  readonly lease?: ReplyStore;
  readonly everyMs?: number;
  readonly lateMs?: number;
  readonly catchUp?: 'none' | 'last';
}

export interface FleetProcess {
  readonly schedule: Schedule;
  /** From now on nothing of it goes on: its timers do not fire, and what it has asked is never answered. */
  kill(): void;
  /** How often it has asked the queue to take a task. */
  enqueues: number;
  /** Called in the middle of each enqueue: before the task leaves, and after. */
  onEnqueue: (moment: 'before' | 'after') => void;
}

/** A queue with two workers that share a reply store; the ticks of each minute. */
export async function openFleet(queue: 'jobs' | 'jobs.fifo' = 'jobs'): Promise<Fleet> {
  const runtime = createVirtualRuntime();
  const service = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
  await service.createQueue({ name: queue, attributes: { fifo: queue.endsWith('.fifo') } });
  const transport = memoryTransport({ service, runtime });
  const requester = createRequester({ transport });
  const ran: string[] = [];
  const events: ReplyqEvent[] = [];
  const store = memoryReplyStore({ runtime });
  const workers = ['a', 'b'].map(() =>
    createResponder({
      transport,
      contract: jobs,
      queue,
      replyStore: store,
      handlers: { sweep: ({ input }) => void ran.push(input) },
    }),
  );
  for (const worker of workers) await runtime.run(worker.start());
  const schedules: Schedule[] = [];
  const stops: (() => void)[] = [];

  return {
    runtime,
    requester,
    ran,
    events,
    store,
    join({ wallOffsetMs = 0, ...options } = {}) {
      const own = mortal(runtime, wallOffsetMs);
      const real = requester.tasks(jobs, { queue }).sweep;
      const process: FleetProcess = {
        enqueues: 0,
        onEnqueue: () => {},
        kill: own.kill,
        schedule: createSchedule({
          name: 'sweep',
          everyMs: OPEN_MS,
          ...options,
          input: ({ atMs }) => new Date(atMs).toISOString().slice(11, 19),
          runtime: own.runtime,
          observer: (event) => events.push(event),
          task: {
            async enqueue(input, enqueueOptions) {
              process.enqueues += 1;
              process.onEnqueue('before');
              await own.alive();
              const handle = await real.enqueue(input, enqueueOptions);
              process.onEnqueue('after');
              await own.alive();
              return handle;
            },
          },
        }),
      };
      schedules.push(process.schedule);
      stops.push(own.kill);
      process.schedule.start();
      return process;
    },
    async close() {
      // The dead do not close.
      const closing = schedules.map((schedule) => schedule.close());
      await runtime.settle();
      for (const stop of stops) stop();
      void closing;
      for (const worker of workers) await runtime.run(worker.close());
      await runtime.run(requester.close());
      await runtime.run(transport.close());
    },
  };
}

interface Mortal {
  readonly runtime: Runtime;
  kill(): void;
  /** Never resolves once it is dead. */
  alive(): Promise<void>;
}

function mortal(runtime: VirtualRuntime, wallOffsetMs: number): Mortal {
  let dead = false;
  return {
    kill() {
      dead = true;
    },
    alive: () => (dead ? new Promise(() => {}) : Promise.resolve()),
    runtime: {
      ...runtime,
      nowMs: () => runtime.nowMs() + wallOffsetMs,
      setTimer: (delayMs, fire, options) =>
        runtime.setTimer(delayMs, () => void (dead || fire()), options),
    },
  };
}

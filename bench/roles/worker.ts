// The side that works tasks off, in a process of its own.
import { setTimeout as sleep } from 'node:timers/promises';
import { serveCommands } from '../commands.ts';
import type { TaskSettings } from '../settings.ts';
import { openTaskWorker } from '../subjects/open-task-subject.ts';
import type { TaskWorker } from '../subjects/task-subject.ts';
import { TaskTally, type TaskCounts } from '../task-tally.ts';
import { UsageMeter, type Usage } from '../usage.ts';
import type { TaskLoad } from './producer.ts';

export interface WorkUsage extends Usage, TaskCounts {
  /** From the worker's start to the last task. */
  readonly seconds: number;
}

/** Longer than a message stays hidden whose worker has forgotten it: SQS's default is 30 s. */
const STALLED_MS = 40_000;
const LOOK_EVERY_MS = 1000;
/** Until deletes that wait for company have left. */
const SETTLE_MS = 500;

let worker: TaskWorker | undefined;
let usage = new UsageMeter();
/** What is to be deleted. */
let opened: string | undefined;

const commands = {
  start: async (settings: TaskSettings): Promise<void> => {
    const own = (worker = await openTaskWorker(settings));
    usage = new UsageMeter(() => own.requests());
  },
  makeQueue: async (queue: string): Promise<void> => {
    opened = queue;
    await worker?.makeQueue(queue);
  },
  /** Resolves when all are done, or none has been for long. */
  work: async ({ count, firstNonce, queue }: TaskLoad): Promise<WorkUsage> => {
    if (worker === undefined) throw new Error('not started');
    const tally = new TaskTally(firstNonce, count);
    usage.begin();
    const beganMs = performance.now();
    await worker.start(queue, (nonce) => tally.done(nonce));
    while (performance.now() - tally.newestMs < STALLED_MS) {
      const done = tally.allDone.then(() => true);
      if (await Promise.race([done, sleep(LOOK_EVERY_MS, false)])) break;
    }
    const seconds = (tally.newestMs - beganMs) / 1000;
    await sleep(SETTLE_MS);
    return { seconds, ...tally.counts(), ...usage.end() };
  },
  /** Stops, deletes the queue, and resolves with what was left in it. */
  finish: async (): Promise<number> => {
    if (worker === undefined || opened === undefined) return 0;
    await worker.stop();
    const left = await worker.left(opened);
    await worker.deleteQueue(opened);
    opened = undefined;
    return left;
  },
  close: async (): Promise<void> => {
    await commands.finish();
    await worker?.close();
  },
};

export type WorkerCommands = typeof commands;

serveCommands(commands);

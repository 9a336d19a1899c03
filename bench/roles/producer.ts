// The side that enqueues tasks, in a process of its own.
import { serveCommands } from '../commands.ts';
import { credentials } from '../login.ts';
import type { TaskSettings } from '../settings.ts';
import { openTaskProducer } from '../subjects/open-task-subject.ts';
import type { TaskProducer } from '../subjects/task-subject.ts';
import { UsageMeter, type Usage } from '../usage.ts';

/** Tasks whose nonces follow one another, for one queue. */
export interface TaskLoad {
  readonly queue: string;
  readonly firstNonce: number;
  readonly count: number;
  readonly payloadBytes: number;
}

export interface EnqueueUsage extends Usage {
  readonly seconds: number;
  /** Tasks of calls that were rejected. */
  readonly failed: number;
  readonly firstError?: string;
}

/** What a program has at hand at once, and how many such calls are open. The same for all subjects. */
const TASKS_PER_CALL = 1000;
const CALLS_AT_ONCE = 4;

let producer: TaskProducer | undefined;
let usage = new UsageMeter();

const commands = {
  start: async (settings: TaskSettings): Promise<void> => {
    const opened = (producer = await openTaskProducer(settings));
    usage = new UsageMeter(() => opened.requests());
  },
  enqueue: async (load: TaskLoad): Promise<EnqueueUsage> => {
    if (producer === undefined) throw new Error('not started');
    usage.begin();
    const beganMs = performance.now();
    const outcome = await enqueueAll(producer, load);
    const seconds = (performance.now() - beganMs) / 1000;
    return { seconds, ...outcome, ...usage.end() };
  },
  close: async (): Promise<void> => producer?.close(),
};

export type ProducerCommands = typeof commands;

serveCommands(commands);

async function enqueueAll(
  { enqueue }: TaskProducer,
  load: TaskLoad,
): Promise<Pick<EnqueueUsage, 'failed' | 'firstError'>> {
  let failed = 0;
  let firstError: string | undefined;
  // Shared by all lanes: each takes the next one.
  const left = chunksOf(load);
  const lane = async (): Promise<void> => {
    for (const inputs of left) {
      try {
        await enqueue(load.queue, inputs);
      } catch (error) {
        failed += inputs.length;
        firstError ??= error instanceof Error ? error.message : String(error);
      }
    }
  };
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, lane));
  return { failed, ...(firstError === undefined ? {} : { firstError }) };
}

function* chunksOf({ count, firstNonce, payloadBytes }: TaskLoad) {
  for (let from = 0; from < count; from += TASKS_PER_CALL) {
    const length = Math.min(TASKS_PER_CALL, count - from);
    yield Array.from({ length }, (_, at) => credentials(firstNonce + from + at, payloadBytes));
  }
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { QueueService } from '@replyq/queue';
import { createLeanSqsService } from '@replyq/sqs/lean';
import { ensureQueues } from '@replyq/tasks';
import { startLocalSqs } from '@replyq/testing';
import { killAll, runningCount } from '../kill/child.ts';
import { Crew } from '../kill/crew.ts';
import { countEvents, readLedgers } from '../kill/ledger.ts';
import { emptied, messagesIn } from '../kill/leftovers.ts';
import { errands } from './contract.ts';
import { readDeadTasks } from './dead-task.ts';
import { judge, type TaskVerdict } from './judge.ts';
import type { TaskLine } from './ledger-line.ts';
import type { TaskKillOptions } from './options.ts';
import { disturb } from './worker-chaos.ts';

export interface RunOptions extends Omit<TaskKillOptions, 'json'> {
  /** Of all producers. */
  readonly tasksPerSecond: number;
  /** For the store and the ledgers. Nothing is removed from it. */
  readonly directory: string;
  readonly say: (text: string) => void;
}

const QUEUE = 'errands';
const PRODUCER = { role: 'producer', program: new URL('roles/producer.ts', import.meta.url) };
const WORKER = { role: 'worker', program: new URL('roles/worker.ts', import.meta.url) };
const COUNT_EVERY_MS = 10_000;
const LOOK_AGAIN_MS = 250;
/** Kills end before the last tasks: the queue would never be empty. */
const FEW_LEFT = 20;
/** Longer than any pause between two runs. */
const STUCK_MS = 60_000;

/** One run: enqueue and work under fire, heal, close, judge. Whatever happens, no process outlives it. */
export async function run(options: RunOptions): Promise<TaskVerdict> {
  const { directory, say, seed } = options;
  const ledgers = join(directory, 'ledgers');
  await mkdir(ledgers, { recursive: true });
  await using server = await startLocalSqs();
  const service = createLeanSqsService({ clientConfig: server.clientConfig });
  const counting = setInterval(
    () => say(countEvents(ledgers, 'accepted', 'runStarted', 'recorded', 'buried')),
    COUNT_EVERY_MS,
  );
  try {
    await ensureQueues(service, [errands]);
    const queueUrl = await urlOf(service, QUEUE);
    const each = Math.ceil(options.tasks / options.producers);
    const settings = {
      seed,
      endpoint: server.endpoint,
      region: server.region,
      ledgers,
      storeFile: join(directory, 'replies.sqlite'),
      tasks: each,
      rate: options.tasksPerSecond / options.producers,
    };
    const workers = new Crew(WORKER, options.workers, settings);
    const producers = new Crew(PRODUCER, options.producers, settings);
    await Promise.all([workers.ready(), producers.ready()]);

    const over = new AbortController();
    const { killEveryMs: everyMs } = options;
    const chaos = disturb({ producers, workers, seed, everyMs, over: over.signal, say });
    await almostDone(service, queueUrl, { producers, workers }).finally(() => over.abort());
    const disturbances = await chaos;
    say('all is well again: waiting for the last tasks');
    const messages = await emptied(service, queueUrl, STUCK_MS);
    say('closing');
    await producers.close();
    await workers.close();
    const processes = runningCount();
    return judge({
      ledgers: readLedgers<TaskLine>(ledgers),
      past: [...(await producers.past()), ...(await workers.past())],
      disturbances,
      tasks: each * options.producers,
      dead: await readDeadTasks(service, QUEUE),
      left: { processes, messages: Math.max(messages, await messagesIn(service, queueUrl)) },
    });
  } finally {
    clearInterval(counting);
    await killAll();
    await service.close();
  }
}

/** Resolves when all is enqueued and few are left, or when nothing moves any more. */
async function almostDone(
  service: QueueService,
  queueUrl: string,
  { producers, workers }: { readonly producers: Crew; readonly workers: Crew },
): Promise<void> {
  let last = -1;
  let movedMs = performance.now();
  while (performance.now() - movedMs < STUCK_MS) {
    if (producers.failure !== undefined || workers.failure !== undefined) return;
    const messages = await messagesIn(service, queueUrl);
    const enqueued = producers.children.every((child) => child.hasSaid('enqueued'));
    if (enqueued && messages <= FEW_LEFT) return;
    if (messages !== last) movedMs = performance.now();
    last = messages;
    await pause(LOOK_AGAIN_MS);
  }
}

async function urlOf(service: QueueService, name: string): Promise<string> {
  const found = await service.getQueueUrl({ name });
  if (found.kind !== 'ok') throw new Error(found.error);
  return found.queueUrl;
}

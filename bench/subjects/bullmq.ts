/** BullMQ: jobs in Redis, added in bulk. What is done is removed, as a queue that lives long needs it. */
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { NO_REQUESTS } from '../api-requests.ts';
import { Credentials } from '../login.ts';
import type { TaskSettings } from '../settings.ts';
import type { TaskProducer, TaskWorker } from './task-subject.ts';

const CONCURRENCY = 100;
const JOB = 'noop';
const LEFT = ['waiting', 'active', 'delayed', 'prioritized', 'failed'] as const;

export async function openBullMqProducer(settings: TaskSettings): Promise<TaskProducer> {
  const connection = openConnection(settings);
  const prefix = settings.namespace;
  const queues = new Map<string, Queue>();
  return {
    enqueue: async (name, inputs) => {
      const queue = queues.get(name) ?? new Queue(name, { connection, prefix });
      queues.set(name, queue);
      const opts = { removeOnComplete: true };
      await queue.addBulk(inputs.map((data) => ({ name: JOB, data, opts })));
    },
    requests: () => NO_REQUESTS,
    close: async () => {
      for (const queue of queues.values()) await queue.close();
      connection.disconnect();
    },
  };
}

export async function openBullMqWorker(settings: TaskSettings): Promise<TaskWorker> {
  const connection = openConnection(settings);
  const prefix = settings.namespace;
  let worker: Worker | undefined;
  return {
    makeQueue: (queue) => withQueue(queue, (opened) => opened.waitUntilReady()),
    start: async (queue, done) => {
      worker = new Worker(queue, async ({ data }) => done(Credentials.parse(data).nonce), {
        connection,
        prefix,
        concurrency: CONCURRENCY,
      });
      worker.on('error', (error) => console.error('bullmq:', error));
      await worker.waitUntilReady();
    },
    stop: async () => worker?.close(),
    left: (queue) => withQueue(queue, async (opened) => opened.getJobCountByTypes(...LEFT)),
    deleteQueue: (queue) => withQueue(queue, (opened) => opened.obliterate({ force: true })),
    requests: () => NO_REQUESTS,
    close: async () => connection.disconnect(),
  };

  async function withQueue<R>(name: string, use: (queue: Queue) => Promise<R>): Promise<R> {
    const queue = new Queue(name, { connection, prefix });
    try {
      return await use(queue);
    } finally {
      await queue.close();
    }
  }
}

/** A worker waits for Redis as long as it takes, which BullMQ asks for. */
function openConnection({ redisUrl }: TaskSettings): Redis {
  return new Redis(redisUrl, { maxRetriesPerRequest: null });
}

import type { Transport } from '@replyq/contract/transport';
import { createRequester } from '@replyq/requester';
import { createResponder, type Responder } from '@replyq/responder';
import { ApiRequestCounter } from '../api-requests.ts';
import { tasks } from '../noop-task.ts';
import { deleteQueue, makeQueue, messagesLeft } from '../queue-life.ts';
import type { TaskSettings } from '../settings.ts';
import { openTransport } from '../transports.ts';
import type { TaskProducer, TaskWorker } from './task-subject.ts';

/** As docs/tasks.md declares it. */
const PACKED_TASKS = 10;

export async function openReplyqProducer(settings: TaskSettings): Promise<TaskProducer> {
  const counter = new ApiRequestCounter();
  const transport = await openTaskTransport(settings, counter);
  const requester = createRequester({ transport });
  return {
    enqueue: async (queue, inputs) => {
      const { noop } = requester.tasks(tasks, { queue });
      const results = await noop.enqueueMany(inputs.map((input) => ({ input })));
      for (const result of results) if (!result.ok) throw result.error;
    },
    requests: () => counter.total(),
    close: async () => {
      await requester.close();
      await transport.close();
    },
  };
}

export async function openReplyqWorker(settings: TaskSettings): Promise<TaskWorker> {
  const counter = new ApiRequestCounter();
  const transport = await openTaskTransport(settings, counter);
  let responder: Responder | undefined;
  return {
    makeQueue: async (queue) => void (await makeQueue(settings, queue)),
    start: async (queue, done) => {
      responder = createResponder({
        transport,
        contract: tasks,
        queue,
        concurrency: settings.concurrency,
        handlers: { noop: ({ input }) => done(input.nonce) },
      });
      await responder.start();
    },
    stop: async () => responder?.close(),
    left: (queue) => messagesLeft(settings, queue),
    deleteQueue: (queue) => deleteQueue(settings, queue),
    requests: () => counter.total(),
    close: () => transport.close(),
  };
}

/** A worker takes packs whatever it declares. */
function openTaskTransport(
  settings: TaskSettings,
  { observe }: ApiRequestCounter,
): Promise<Transport> {
  const packed = settings.subject === 'replyq-packed' ? { framesPerMessage: PACKED_TASKS } : {};
  return openTransport({ ...settings, packing: true, ...packed }, observe);
}

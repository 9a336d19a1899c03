import type { Transport } from '@replyq/contract/transport';
import { createQueueTransport } from '@replyq/queue';
import { createRequester, type TasksOf } from '@replyq/requester';
import type { SimHost } from '@replyq/testing';
import { jobsOf } from './task-contract.ts';
import { queuesOf, type TaskKnobs } from './task-knobs.ts';

export interface TaskClient {
  readonly client: TasksOf<ReturnType<typeof jobsOf>>;
  close(): Promise<void>;
}

/** What enqueues tasks in a process. */
export function openTaskClient(host: SimHost, knobs: TaskKnobs): TaskClient {
  const transport = openTaskTransport(host, knobs);
  const requester = createRequester({ transport });
  return {
    client: requester.tasks(jobsOf(knobs), { queue: queuesOf(knobs).queue }),
    close: async () => {
      await requester.close();
      await transport.close();
    },
  };
}

export function openTaskTransport(
  { runtime, service }: SimHost,
  { framesPerMessage }: Pick<TaskKnobs, 'framesPerMessage'>,
): Transport {
  return createQueueTransport({
    runtime,
    service,
    ...(framesPerMessage === undefined ? {} : { packing: { framesPerMessage } }),
  });
}

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Socket } from 'node:net';
import type * as Fauxqs from 'fauxqs';
import type { StoredQueues } from './local-sqs-stores.ts';

type App = ReturnType<typeof Fauxqs.buildApp>;

const RECEIVE = 'AmazonSQS.ReceiveMessage';

/** Node ends its side of a connection as soon as the client has ended the other. */
function isGone({ destroyed, writableEnded }: Socket): boolean {
  return destroyed || writableEnded;
}

/**
 * The emulator goes on with the long poll of a client that has gone. SQS ends such a poll. Here it finds nothing
 * when it wakes: a message that it took would be hidden, and its receive count would tell of a receive more.
 * Between taking and answering no turn of the event loop passes, so nobody goes in between.
 */
export function takeNothingForTheGone(app: App, queues: StoredQueues): void {
  const clients = new AsyncLocalStorage<Socket>();
  app.addHook('preHandler', (request, _reply, done) => {
    if (request.headers['x-amz-target'] !== RECEIVE) return done();
    const { QueueUrl } = readJson<{ QueueUrl?: unknown }>(request.body);
    const queue = typeof QueueUrl === 'string' ? queues.getQueue(QueueUrl) : undefined;
    if (queue !== undefined && !Object.hasOwn(queue, 'dequeue')) {
      const dequeue = queue.dequeue.bind(queue);
      queue.dequeue = (...args) => {
        const client = clients.getStore();
        return client !== undefined && isGone(client) ? [] : dequeue(...args);
      };
    }
    clients.run(request.raw.socket, done);
  });
}

/** A body as the emulator has it: text, or parsed already. */
function readJson<T extends object>(body: unknown): Partial<T> {
  const value: unknown = typeof body === 'string' ? JSON.parse(body) : body;
  return value ?? {};
}

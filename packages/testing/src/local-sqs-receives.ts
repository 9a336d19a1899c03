import { AsyncLocalStorage } from 'node:async_hooks';
import type { Socket } from 'node:net';
import type * as Fauxqs from 'fauxqs';
import type { StoredQueue, StoredQueues } from './local-sqs-stores.ts';

type App = ReturnType<typeof Fauxqs.buildApp>;

const RECEIVE = 'AmazonSQS.ReceiveMessage';

/** Makes the emulator receive as SQS does. Each queue is changed at the first receive from it. */
export function receiveAsSqsDoes(app: App, queues: StoredQueues): void {
  const clients = new AsyncLocalStorage<Socket>();
  app.addHook('preHandler', (request, _reply, done) => {
    if (request.headers['x-amz-target'] !== RECEIVE) return done();
    const { QueueUrl } = readJson<{ QueueUrl?: unknown }>(request.body);
    const queue = typeof QueueUrl === 'string' ? queues.getQueue(QueueUrl) : undefined;
    if (queue !== undefined && !Object.hasOwn(queue, 'dequeue')) {
      takeNothingForTheGone(queue, clients);
      wakeOneAtATime(queue);
    }
    clients.run(request.raw.socket, done);
  });
}

/**
 * The emulator goes on with the long poll of a client that has gone. SQS ends such a poll. Here it finds nothing
 * when it wakes: a message that it took would be hidden, and its receive count would tell of a receive more.
 * Between taking and answering no turn of the event loop passes, so nobody goes in between.
 */
function takeNothingForTheGone(queue: StoredQueue, clients: AsyncLocalStorage<Socket>): void {
  const dequeue = queue.dequeue.bind(queue);
  queue.dequeue = (...args) => {
    const client = clients.getStore();
    return client !== undefined && isGone(client) ? [] : dequeue(...args);
  };
}

/** Node ends its side of a connection as soon as the client has ended the other. */
function isGone({ destroyed, writableEnded }: Socket): boolean {
  return destroyed || writableEnded;
}

/**
 * The emulator ends all long polls for one message, and all but one find nothing; all of them, if it belongs to a FIFO
 * group that is locked. SQS ends one, for a message that it may have. Here the next one wakes when the one before
 * it has taken what it wanted, and left something.
 */
function wakeOneAtATime(queue: StoredQueue): void {
  // Another version of the emulator may keep them elsewhere, and go on as it does.
  if (!Array.isArray(queue.pollWaiters)) return;
  const dequeue = queue.dequeue.bind(queue);
  // From when one is woken until it has taken: it does so in this turn of the event loop.
  let awake = false;
  queue.notifyWaiters = () => {
    if (awake || !holdsMessages(queue)) return;
    const waiter = queue.pollWaiters.shift();
    if (waiter === undefined) return;
    awake = true;
    clearTimeout(waiter.timer);
    waiter.resolve();
  };
  queue.dequeue = (...args) => {
    awake = true;
    try {
      return dequeue(...args);
    } finally {
      awake = false;
      queue.notifyWaiters();
    }
  };
}

function holdsMessages(queue: StoredQueue): boolean {
  return queue.isFifo() ? queue.hasAvailableFifoMessages() : queue.messages.length > 0;
}

/** A body as the emulator has it: text, or parsed already. */
function readJson<T extends object>(body: unknown): Partial<T> {
  const value: unknown = typeof body === 'string' ? JSON.parse(body) : body;
  return value ?? {};
}

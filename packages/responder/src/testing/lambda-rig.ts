// Lambda's part over a memory queue: what waits there, as the event that Lambda would send.
import { defineContract, mutation } from '@replyq/contract';
import type { ReceivedMessage } from '@replyq/queue';
import { z } from 'zod';
import {
  createLambdaHandler,
  type LambdaHandler,
  type SqsEvent,
  type SqsRecord,
} from '../lambda.ts';
import { openWorld, type World } from './world.ts';

export const one = defineContract('one', {
  run: mutation({ input: z.unknown(), output: z.unknown(), timeoutMs: 5000 }),
});

export interface LambdaRig {
  readonly world: World;
  /** The inputs that were run, in order. */
  readonly ran: unknown[];
  make(options?: object): LambdaHandler;
  call(input: unknown, queue?: string, groupId?: string): Promise<unknown>;
  eventOf(queue?: string): Promise<SqsEvent>;
  handle(event: SqsEvent, by?: LambdaHandler): ReturnType<LambdaHandler>;
}

/** With the queues `one` and `one.fifo`. */
export async function openLambda(): Promise<LambdaRig> {
  // One reply a message, so that each has a fate of its own.
  const world = openWorld({ packing: { framesPerMessage: 1 } });
  const ran: unknown[] = [];
  await world.service.createQueue({ name: 'one' });
  await world.service.createQueue({ name: 'one.fifo', attributes: { fifo: true } });
  const make = (options: object = {}): LambdaHandler =>
    createLambdaHandler({
      transport: world.transport,
      observer: world.observer,
      contract: one,
      handlers: {
        run: async ({ input, call }) => {
          ran.push(input);
          if (input === 'slow') {
            await new Promise<void>((resolve) => void world.runtime.setTimer(100, resolve));
          }
          if (input === 'fail') throw new Error('x');
          return [input, call.remainingMs()];
        },
      },
      ...options,
    });
  const handler = make();
  return {
    world,
    ran,
    make,
    call: (input, queue = 'one', groupId) =>
      world.requester
        .client(one, { queue })
        .run(input, groupId === undefined ? {} : { groupId })
        .catch((error: { code: string }) => error.code),
    eventOf: (queue = 'one') => eventOf(world, queue),
    handle: (event, by = handler) => world.runtime.run(by(event)),
  };
}

/** What waits in the queue, received and written as Lambda writes it, through JSON. */
async function eventOf(world: World, queue: string): Promise<SqsEvent> {
  await world.runtime.settle();
  const url = await world.service.getQueueUrl({ name: queue });
  if (url.kind !== 'ok') throw new Error(url.error);
  const { queueUrl } = url;
  const request = { queueUrl, maxMessages: 10, waitMs: 0, visibilityMs: 30_000 };
  const received = await world.service.receive(request);
  if (received.kind !== 'ok') throw new Error(received.error);
  const event = { Records: received.messages.map((message) => recordOf(message, queue)) };
  return JSON.parse(JSON.stringify(event)) as SqsEvent;
}

function recordOf(message: ReceivedMessage, queue: string): SqsRecord & Record<string, unknown> {
  const messageAttributes = Object.entries(message.attributes).map(([name, { type, value }]) => [
    name,
    typeof value === 'string'
      ? { stringValue: value, stringListValues: [], binaryListValues: [], dataType: type }
      : { binaryValue: Buffer.from(value).toString('base64'), dataType: type },
  ]);
  return {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: {
      ApproximateReceiveCount: String(message.receiveCount),
      SentTimestamp: String(message.sentAtMs),
      SenderId: message.senderId ?? '',
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtMs),
      ...(message.groupId === undefined ? {} : { MessageGroupId: message.groupId }),
    },
    messageAttributes: Object.fromEntries(messageAttributes) as SqsRecord['messageAttributes'],
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:memory-1:000000000000:${queue}`,
    awsRegion: 'memory-1',
  };
}

export const ids = (event: SqsEvent, ...at: number[]): { itemIdentifier: string }[] =>
  at.map((index) => ({ itemIdentifier: event.Records[index]?.messageId ?? '' }));

import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQS,
  type SQSClient,
  TagQueueCommand,
  UntagQueueCommand,
  ChangeMessageVisibilityCommand,
  type CreateQueueCommandInput,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bodies,
  deleteFrom,
  openVirtualRig,
  receiveFrom,
  sendTo,
  type VirtualRig,
} from '../testing/virtual-rig.ts';
import { virtualQueueAttributes, withVirtualQueues, type VirtualQueuesClient } from './index.ts';

let rig: VirtualRig;
let client: VirtualQueuesClient;
let temporary: VirtualQueuesClient;
let host: string;
beforeAll(async () => {
  rig = await openVirtualRig();
  client = rig.open();
  temporary = rig.open({ temporary: true });
  host = await rig.makeHost('host');
});
afterAll(() => rig.close());

type Case = readonly [
  name: string,
  queue: () => { client: SQSClient; create: CreateQueueCommandInput },
];

let made = 0;
const CASES: readonly Case[] = [
  ['an ordinary queue', () => ({ client, create: { QueueName: `q${(made += 1)}` } })],
  [
    'a virtual queue',
    () => ({
      client,
      create: { QueueName: `v${(made += 1)}`, Attributes: virtualQueueAttributes(host) },
    }),
  ],
  ['a temporary queue', () => ({ client: temporary, create: { QueueName: `t${(made += 1)}` } })],
  [
    'an ordinary queue by a client without virtual queues',
    () => ({ client: rig.plain, create: { QueueName: `q${(made += 1)}` } }),
  ],
];

describe.each(CASES)('the same program, over %s', (_, queue) => {
  const open = async (): Promise<{ sqs: SQSClient; QueueUrl: string }> => {
    const { client: sqs, create } = queue();
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand(create));
    return { sqs, QueueUrl };
  };

  it('creates, waits, sends, receives and deletes', async () => {
    const { sqs, QueueUrl } = await open();
    const waiting = receiveFrom(sqs, QueueUrl, { WaitTimeSeconds: 20 });
    await sendTo(sqs, QueueUrl, 'hello');
    const [message] = await waiting;
    expect(message?.Body).toBe('hello');
    expect(message?.MessageAttributes).toBeUndefined();
    expect(message?.Attributes?.ApproximateReceiveCount).toBe('1');
    await deleteFrom(sqs, QueueUrl, message);
    expect(await receiveFrom(sqs, QueueUrl)).toEqual([]);
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    await expect(receiveFrom(sqs, QueueUrl)).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  });

  it('finds at once, without a wait, what was sent before', async () => {
    const { sqs, QueueUrl } = await open();
    await sendTo(sqs, QueueUrl, 'hello');
    expect(bodies(await receiveFrom(sqs, QueueUrl))).toEqual(['hello']);
  });

  it('is told in time that there is nothing', async () => {
    const { sqs, QueueUrl } = await open();
    const startedMs = Date.now();
    expect(await receiveFrom(sqs, QueueUrl, { WaitTimeSeconds: 1 })).toEqual([]);
    expect(Date.now() - startedMs).toBeGreaterThan(900);
    expect(Date.now() - startedMs).toBeLessThan(3000);
  });

  it('works in batches, with attributes, which it gets as it asks for them', async () => {
    const { sqs, QueueUrl } = await open();
    const Entries = ['a', 'b', 'c'].map((Id) => ({
      Id,
      MessageBody: Id,
      MessageAttributes: {
        'my.kind': { DataType: 'String', StringValue: Id },
        other: { DataType: 'Number', StringValue: '1' },
      },
    }));
    const sent = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['a', 'b', 'c']);
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 5,
        MessageAttributeNames: ['my.*'],
      }),
    );
    expect(Messages.map(({ Body }) => Body)).toEqual(['a', 'b', 'c']);
    expect(Messages[0]?.MessageAttributes).toEqual({
      'my.kind': { DataType: 'String', StringValue: 'a' },
    });
    expect(Messages[0]?.Attributes).toBeUndefined();
    const deleted = await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: Messages.map(({ Body, ReceiptHandle }) => ({ Id: Body, ReceiptHandle })),
      }),
    );
    expect(deleted.Successful?.map(({ Id }) => Id)).toEqual(['a', 'b', 'c']);
  });

  it('gets a message again that it made visible', async () => {
    const { sqs, QueueUrl } = await open();
    await sendTo(sqs, QueueUrl, 'hello');
    const [first] = await receiveFrom(sqs, QueueUrl, { WaitTimeSeconds: 5 });
    const { ReceiptHandle } = first ?? {};
    await sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }),
    );
    const [again] = await receiveFrom(sqs, QueueUrl, { WaitTimeSeconds: 5 });
    expect([again?.Body, again?.Attributes?.ApproximateReceiveCount]).toEqual(['hello', '2']);
  });

  it('tags', async () => {
    const { sqs, QueueUrl } = await open();
    await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { a: '1', b: '2' } }));
    await sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys: ['a'] }));
    expect((await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags).toEqual({ b: '2' });
  });

  it('purges what was received for nobody yet', async () => {
    const { sqs, QueueUrl } = await open();
    await sendTo(sqs, QueueUrl, 'first');
    await sendTo(sqs, QueueUrl, 'second');
    expect(await receiveFrom(sqs, QueueUrl, { WaitTimeSeconds: 5 })).toHaveLength(1);
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    expect(await receiveFrom(sqs, QueueUrl)).toEqual([]);
    const asked = { QueueUrl, AttributeNames: ['ApproximateNumberOfMessages' as const] };
    const found = await sqs.send(new GetQueueAttributesCommand(asked));
    expect(found.Attributes).toEqual({ ApproximateNumberOfMessages: '0' });
  });

  it('ends a wait by its abortSignal, as the SDK does', async () => {
    const { sqs, QueueUrl } = await open();
    const controller = new AbortController();
    const command = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 });
    setTimeout(() => controller.abort(), 100);
    await expect(sqs.send(command, { abortSignal: controller.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
    await expect(sqs.send(command, { abortSignal: controller.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it('is refused by the same name what SQS refuses', async () => {
    const { sqs, QueueUrl } = await open();
    const tooMany = receiveFrom(sqs, QueueUrl, { MaxNumberOfMessages: 11 });
    // The server puts a namespace before it.
    const name = expect.stringMatching(/\bInvalidParameterValue$/) as string;
    await expect(tooMany).rejects.toMatchObject({ name });
  });
});

describe('the aggregated client', () => {
  it('has virtual queues as well, with promises and with callbacks', async () => {
    const sqs = withVirtualQueues(new SQS(rig.server.clientConfig));
    expect(sqs).toBeInstanceOf(SQS);
    const pages: unknown[] = [];
    for await (const { QueueUrls = [] } of sqs.paginateListQueues({})) pages.push(...QueueUrls);
    expect(pages).toContain(host);
    const { QueueUrl } = await sqs.createQueue({
      QueueName: 'aggregated',
      Attributes: virtualQueueAttributes(host),
    });
    await sqs.sendMessage({ QueueUrl, MessageBody: 'hello' });
    const received = await new Promise((resolve, reject) => {
      sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 5 }, (error: unknown, output) =>
        error === null ? resolve(output) : reject(error),
      );
    });
    expect(received).toMatchObject({ Messages: [{ Body: 'hello' }] });
    await sqs.close();
    sqs.destroy();
  });
});

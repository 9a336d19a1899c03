import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  InvalidAttributeValue,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SQSClient,
  SendMessageCommand,
  SetQueueAttributesCommand,
  paginateListQueues,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  bodies,
  createOn,
  deleteFrom,
  openVirtualRig,
  receiveFrom,
  sendTo,
  type VirtualRig,
} from '../testing/virtual-rig.ts';
import { type VirtualQueuesClient } from './index.ts';

const QUEUE_NAME = '__AmazonSQSVirtualQueuesClient.QueueName';

let rig: VirtualRig;
let client: VirtualQueuesClient;
let host: string;
beforeAll(async () => {
  rig = await openVirtualRig();
});
beforeEach(async () => {
  client = rig.open();
  host = await rig.makeHost();
  rig.requests();
});
afterAll(() => rig.close());

describe('a client with virtual queues', () => {
  it('is the client in every other respect', async () => {
    expect(client).toBeInstanceOf(SQSClient);
    expect(await client.config.region()).toBe('us-east-1');
    const names: string[] = [];
    for await (const { QueueUrls = [] } of paginateListQueues({ client }, {}))
      names.push(...QueueUrls);
    expect(names).toContain(host);
    expect(rig.requests()).toEqual({ ListQueues: 1 });
  });

  it('makes no request for what is local', async () => {
    const queueUrl = await createOn(client, host, 'local', {
      IdleQueueRetentionPeriodSeconds: '60',
    });
    expect(queueUrl).toBe(`${host}#local`);
    const asked = { QueueUrl: queueUrl, AttributeNames: ['All' as const] };
    const { Attributes } = await client.send(new GetQueueAttributesCommand(asked));
    expect(Attributes).toMatchObject({ HostQueueUrl: host, IdleQueueRetentionPeriodSeconds: '60' });
    const Set = { QueueUrl: queueUrl, Attributes: { VisibilityTimeout: '7' } };
    await client.send(new SetQueueAttributesCommand(Set));
    const after = await client.send(new GetQueueAttributesCommand(asked));
    expect(after.Attributes?.['VisibilityTimeout']).toBe('7');
    await client.send(new DeleteQueueCommand({ QueueUrl: queueUrl }));
    expect(rig.requests()).toEqual({});
  });

  it('makes one send, one receive and one delete for a message, and asks once for its host', async () => {
    const queueUrl = await createOn(client, host, 'counted');
    for (const body of ['one', 'two', 'three']) {
      await sendTo(client, queueUrl, body);
      const [message] = await receiveFrom(client, queueUrl, { WaitTimeSeconds: 5 });
      expect(message?.Body).toBe(body);
      await deleteFrom(client, queueUrl, message);
    }
    expect(rig.requests()).toEqual({
      SendMessage: 3,
      ReceiveMessage: 3,
      DeleteMessage: 3,
      GetQueueAttributes: 1,
    });
  });

  it('receives for ten virtual queues with one request', async () => {
    const urls = await Promise.all(
      Array.from({ length: 10 }, (_, index) => createOn(client, host, `many${index}`)),
    );
    for (const url of urls) await sendTo(client, url, url);
    const found = await Promise.all(
      urls.map((url) => receiveFrom(client, url, { WaitTimeSeconds: 5 })),
    );
    expect(found.map((messages) => bodies(messages))).toEqual(urls.map((url) => [url]));
    expect(rig.requests()['ReceiveMessage']).toBeLessThanOrEqual(2);
  });

  it('makes no receives when nobody waits', async () => {
    const queueUrl = await createOn(client, host, 'idle');
    expect(await receiveFrom(client, queueUrl, { WaitTimeSeconds: 1 })).toEqual([]);
    rig.requests();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(rig.requests()).toEqual({});
  });

  it('takes the spelling of AWS’s page, and not two that differ', async () => {
    const create = (
      Attributes: Record<string, string>,
    ): Promise<{ QueueUrl?: string | undefined }> =>
      client.send(new CreateQueueCommand({ QueueName: 'spelled', Attributes }));
    expect((await create({ HostQueueURL: host })).QueueUrl).toBe(`${host}#spelled`);
    const two = create({ HostQueueURL: host, HostQueueUrl: `${host}2` });
    await expect(two).rejects.toBeInstanceOf(InvalidAttributeValue);
  });

  it('leaves the caller’s command as it is', async () => {
    const queueUrl = await createOn(client, host, 'unchanged');
    const input = { QueueUrl: queueUrl, MessageBody: 'hello' };
    const command = new SendMessageCommand(input);
    await client.send(command);
    expect(command.input).toEqual({ QueueUrl: queueUrl, MessageBody: 'hello' });
    expect(input).toEqual({ QueueUrl: queueUrl, MessageBody: 'hello' });
  });
});

describe('two processes', () => {
  it('talk by each other’s virtual URLs', async () => {
    const other = rig.open();
    const request = await createOn(other, host, 'requests');
    const reply = await createOn(client, await rig.makeHost(), 'replies');
    const serving = receiveFrom(other, request, { WaitTimeSeconds: 10 });
    await client.send(
      new SendMessageCommand({
        QueueUrl: request,
        MessageBody: 'question',
        MessageAttributes: { ResponseQueueUrl: { DataType: 'String', StringValue: reply } },
      }),
    );
    const [question] = await serving;
    const to = question?.MessageAttributes?.['ResponseQueueUrl']?.StringValue ?? '';
    expect(question?.MessageAttributes?.[QUEUE_NAME]).toBeUndefined();
    await sendTo(other, to, `re: ${question?.Body}`);
    await deleteFrom(other, request, question);
    expect(bodies(await receiveFrom(client, reply, { WaitTimeSeconds: 10 }))).toEqual([
      're: question',
    ]);
  });

  it('write what AWS’s Java client reads, and read what it writes', async () => {
    const queueUrl = await createOn(client, host, 'java');
    await sendTo(client, queueUrl, 'ours');
    const [ours] = await receiveFrom(rig.plain, host);
    expect(ours?.MessageAttributes).toEqual({
      [QUEUE_NAME]: { DataType: 'String', StringValue: 'java' },
    });
    await deleteFrom(rig.plain, host, ours);
    await rig.plain.send(
      new SendMessageCommand({
        QueueUrl: host,
        MessageBody: 'theirs',
        MessageAttributes: { [QUEUE_NAME]: { DataType: 'String', StringValue: 'java' } },
      }),
    );
    const [theirs] = await receiveFrom(client, queueUrl, { WaitTimeSeconds: 5 });
    expect(theirs?.Body).toBe('theirs');
  });

  it('never get each other’s messages within one process, even for the same name on two hosts', async () => {
    const [first, second] = [host, await rig.makeHost()];
    const urls = [
      await createOn(client, first, 'a'),
      await createOn(client, first, 'b'),
      await createOn(client, second, 'a'),
    ];
    for (const url of urls) await sendTo(client, url, url);
    for (const url of urls) {
      const options = { WaitTimeSeconds: 5, MaxNumberOfMessages: 10 };
      expect(bodies(await receiveFrom(client, url, options))).toEqual([url]);
    }
  });
});

describe('close', () => {
  it('ends receives, gives back what nobody has read, and is soon over', async () => {
    const queueUrl = await createOn(client, host, 'closing');
    const unread = await createOn(client, host, 'unread');
    for (const body of ['a', 'b', 'c']) await sendTo(client, unread, body);
    expect(await receiveFrom(client, unread, { WaitTimeSeconds: 5 })).toHaveLength(1);
    const waiting = receiveFrom(client, queueUrl, { WaitTimeSeconds: 20 });
    const startedMs = Date.now();
    await client.close();
    expect(await waiting).toEqual([]);
    expect(Date.now() - startedMs).toBeLessThan(2000);
    const given = await receiveFrom(rig.plain, host, { MaxNumberOfMessages: 10 });
    expect(bodies(given)).toEqual(['b', 'c']);
    await expect(receiveFrom(client, queueUrl)).rejects.toBeInstanceOf(QueueDoesNotExist);
    const ordinary = new ReceiveMessageCommand({ QueueUrl: host });
    expect((await client.send(ordinary)).Messages ?? []).toEqual([]);
  });
});

import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueueTagsCommand,
  ListQueuesCommand,
  QueueDoesNotExist,
  QueueNameExists,
} from '@aws-sdk/client-sqs';
import { createVirtualRuntime } from '@replyq/testing';
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

describe('FIFO host queues', () => {
  it('keep the order of a group, one message at a time, and keep virtual queues apart', async () => {
    const fifo = await rig.makeHost('host.fifo');
    const [a, b] = [await createOn(client, fifo, 'a'), await createOn(client, fifo, 'b')];
    for (const body of ['1', '2', '3']) {
      const more = { MessageGroupId: 'g', MessageDeduplicationId: body };
      await sendTo(client, a, body, more);
    }
    // The same deduplication id, for another virtual queue: not the same message.
    await sendTo(client, b, 'other', { MessageGroupId: 'h', MessageDeduplicationId: '1' });
    const options = { WaitTimeSeconds: 5, MaxNumberOfMessages: 10 };
    const [other] = await receiveFrom(client, b, options);
    expect([other?.Body, other?.Attributes?.MessageDeduplicationId]).toEqual(['other', '1']);
    for (const body of ['1', '2', '3']) {
      const found = await receiveFrom(client, a, options);
      expect(bodies(found)).toEqual([body]);
      expect(found[0]?.Attributes?.MessageGroupId).toBe('g');
      await deleteFrom(client, a, found[0]);
    }
  });
});

describe('temporary queues', () => {
  it('share a host queue per set of attributes, which lives as long as the client', async () => {
    const temporary = rig.open({ temporary: true });
    const create = async (
      QueueName: string,
      Attributes?: Record<string, string>,
    ): Promise<string> => {
      const made = await temporary.send(new CreateQueueCommand({ QueueName, Attributes }));
      return made.QueueUrl ?? '';
    };
    const hostOf = (url: string): string => url.split('#')[0] ?? '';
    const [a, b] = await Promise.all([create('a'), create('b')]);
    const slow = await create('slow', { VisibilityTimeout: '90' });
    const fifo = await create('f.fifo', { FifoQueue: 'true' });
    expect(hostOf(a)).toBe(hostOf(b));
    expect(hostOf(slow)).not.toBe(hostOf(a));
    expect(hostOf(fifo)).toMatch(/\/__RequesterClientQueues__[A-Za-z0-9_-]{16}-2\.fifo$/);
    expect(rig.requests()).toEqual({ CreateQueue: 3 });
    expect(await create('a')).toBe(a);
    await expect(create('a', { VisibilityTimeout: '90' })).rejects.toBeInstanceOf(QueueNameExists);
    const found = await temporary.send(new GetQueueUrlCommand({ QueueName: 'a' }));
    expect(found.QueueUrl).toBe(a);
    const elsewhere = temporary.send(new GetQueueUrlCommand({ QueueName: 'elsewhere' }));
    await expect(elsewhere).rejects.toBeInstanceOf(QueueDoesNotExist);
    await temporary.close();
    const prefix = { QueueNamePrefix: '__RequesterClientQueues__' };
    const left = await rig.plain.send(new ListQueuesCommand(prefix));
    expect(left.QueueUrls ?? []).toEqual([]);
  });

  it('carry tags by which anybody may sweep their hosts', async () => {
    const temporary = rig.open({ temporary: true });
    const made = await temporary.send(new CreateQueueCommand({ QueueName: 'tagged' }));
    const QueueUrl = made.QueueUrl?.split('#')[0];
    const { Tags } = await rig.plain.send(new ListQueueTagsCommand({ QueueUrl }));
    expect(Tags?.['__IdleQueueRetentionPeriodSeconds']).toBe('300');
    const beaten = Number(Tags?.['__AmazonSQSIdleQueueDeletingClient.LastHeartbeatTimestamp']);
    expect(Math.abs(beaten - Date.now())).toBeLessThan(5000);
    await temporary.close();
  });
});

describe('a retention of virtual queues', () => {
  it('is counted by the injected clock: used, it lives on; not used, it is gone', async () => {
    const runtime = createVirtualRuntime();
    const timed = rig.open({ runtime });
    const retention = { IdleQueueRetentionPeriodSeconds: '60' };
    const queueUrl = await createOn(timed, host, 'expiring', retention);
    for (let turn = 0; turn < 3; turn += 1) {
      await runtime.advance(59_000);
      await timed.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl }));
    }
    await runtime.advance(60_000);
    await expect(receiveFrom(timed, queueUrl)).rejects.toBeInstanceOf(QueueDoesNotExist);
    expect(rig.told('virtualQueueExpired')).toMatchObject([{ virtualQueue: 'expiring' }]);
    expect(rig.requests()).toEqual({});
    expect(await createOn(timed, host, 'expiring', retention)).toBe(queueUrl);
    await runtime.run(timed.close());
  });
});

describe('an ordinary queue with a retention', () => {
  it('is made with the tags by which it is swept, if its name can be found by those who sweep', async () => {
    const create = (QueueName: string): Promise<{ QueueUrl?: string | undefined }> => {
      const Attributes: Record<string, string> = {
        IdleQueueRetentionPeriodSeconds: '600',
        VisibilityTimeout: '7',
      };
      return client.send(new CreateQueueCommand({ QueueName, Attributes, tags: { mine: '1' } }));
    };
    await expect(create('elsewhere')).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    const { QueueUrl } = await create('__RequesterClientQueues__mine');
    expect(QueueUrl).not.toContain('#');
    const { Tags } = await rig.plain.send(new ListQueueTagsCommand({ QueueUrl }));
    expect(Tags).toMatchObject({ mine: '1', __IdleQueueRetentionPeriodSeconds: '600' });
    const asked = { QueueUrl, AttributeNames: ['VisibilityTimeout' as const] };
    const found = await client.send(new GetQueueAttributesCommand(asked));
    expect(found.Attributes).toEqual({ VisibilityTimeout: '7' });
    await client.send(new DeleteQueueCommand({ QueueUrl }));
  });
});

describe('a message for a virtual queue that is gone', () => {
  it('is deleted, unless the handler keeps it', async () => {
    const seen: unknown[] = [];
    const keeping = rig.open({
      onOrphan: ({ hostQueueUrl, message, virtualQueue }) => {
        seen.push([hostQueueUrl, virtualQueue, message.body]);
        return message.body === 'keep' ? 'keep' : 'delete';
      },
    });
    const queueUrl = await createOn(keeping, host, 'here');
    await sendTo(keeping, `${host}#gone`, 'keep');
    await sendTo(keeping, `${host}#gone`, 'drop');
    await sendTo(keeping, queueUrl, 'mine');
    const found = await receiveFrom(keeping, queueUrl, { WaitTimeSeconds: 5 });
    expect(bodies(found)).toEqual(['mine']);
    await deleteFrom(keeping, queueUrl, found[0]);
    expect(seen).toEqual([
      [host, 'gone', 'keep'],
      [host, 'gone', 'drop'],
    ]);
    await keeping.close();
    const left = await receiveFrom(rig.plain, host, { WaitTimeSeconds: 5 });
    expect(bodies(left)).toEqual(['keep']);
  });
});

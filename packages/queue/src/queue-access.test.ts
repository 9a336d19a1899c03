import { RpcError } from '@replyq/contract';
import type { ReplyqEvent, Transport } from '@replyq/contract/transport';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { queueAccess } from './queue-access.ts';
import { openQueueRig, type QueueRig } from './testing/queue-rig.ts';

let rig: QueueRig;
beforeEach(() => {
  rig = openQueueRig({ namespace: 'prod-' });
});
afterEach(async () => {
  await rig.close();
});

describe('queueAccess', () => {
  it("has a transport's runtime, namespace and observer", async () => {
    const queueUrl = await rig.makeQueue('prod-jobs');
    const access = queueAccess(rig.transport, 'a tool');
    expect(access.runtime).toBe(rig.runtime);
    expect(access.namespace).toBe('prod-');
    expect(await access.urlOf('jobs')).toBe(queueUrl);
    expect(await access.urlOf(queueUrl)).toBe(queueUrl);
    await access.admin.purgeQueue({ queueUrl });
    expect(rig.told('apiRequest')).toContainEqual(
      expect.objectContaining({ operation: 'PurgeQueue', queue: 'prod-jobs', outcome: 'ok' }),
    );
  });

  it('is that of a service, with the runtime and the observer that are given', async () => {
    const queueUrl = await rig.makeQueue('jobs');
    const { runtime } = rig;
    const events: ReplyqEvent[] = [];
    const observer = (event: ReplyqEvent): void => void events.push(event);
    const access = queueAccess(rig.service, 'a tool', { runtime, observer });
    expect(access.namespace).toBe('');
    expect(await access.urlOf('jobs')).toBe(queueUrl);
    expect(events).toMatchObject([{ operation: 'GetQueueUrl' }]);
  });

  it('refuses a transport that is made of something else, and an unknown queue', async () => {
    const other = { ...rig.transport } satisfies Transport;
    expect(() => queueAccess(other, 'a tool')).toThrow('a tool takes a queue service');
    expect(() => queueAccess(other, 'a tool')).toThrow(RpcError);
    const access = queueAccess(rig.transport, 'a tool');
    await expect(access.urlOf('none')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('asks no service for move tasks that it does not have', async () => {
    const { limits } = rig.service;
    const without = { ...rig.service, limits, listQueues: rig.service.listQueues } as never;
    const { admin } = queueAccess(without, 'a tool', { runtime: rig.runtime });
    const sourceArn = 'arn:aws:sqs:memory-1:000000000000:q';
    expect(await admin.startMessageMoveTask({ sourceArn })).toMatchObject({ kind: 'invalid' });
    expect(await admin.listMessageMoveTasks({ sourceArn })).toMatchObject({ kind: 'invalid' });
  });
});

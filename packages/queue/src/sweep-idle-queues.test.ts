import { RpcError } from '@replyq/contract';
import type { Transport } from '@replyq/contract/transport';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOST_QUEUE_TAGS } from './host-queue-tags.ts';
import type { QueueService } from './queue-service.ts';
import { sweepIdleQueues, type SweepIdleQueuesOptions } from './sweep-idle-queues.ts';
import type { SweepReport } from './sweep-report.ts';
import { leaveQueue, PREFIX, queueNames } from './testing/old-queues.ts';
import { openQueueRig, type QueueRig } from './testing/queue-rig.ts';

let rig: QueueRig;

beforeEach(() => {
  rig = openQueueRig();
  rig.faults.getQueueAttributes = madeLongAgo;
});

afterEach(async () => {
  await rig.close();
});

const nowMs = (): number => rig.runtime.nowMs();
const longAgo = (): number => nowMs() - 301_000;

/** As of a queue that is not new, though the test has just made it. */
const madeLongAgo: QueueService['getQueueAttributes'] = async (request) => {
  const found = await rig.service.getQueueAttributes(request);
  return found.kind === 'ok'
    ? { ...found, attributes: { ...found.attributes, createdAtMs: 1 } }
    : found;
};

function sweep(options: SweepIdleQueuesOptions = {}): Promise<SweepReport> {
  return rig.runtime.run(sweepIdleQueues(rig.transport, options));
}

const reasons = ({ kept }: SweepReport) =>
  Object.fromEntries(kept.map(({ queue, reason }) => [queue.slice(PREFIX.length), reason]));

describe('I18: a sweep', () => {
  it('deletes what is idle and empty, and says why it keeps the rest', async () => {
    const { service } = rig;
    await leaveQueue(service, { name: `${PREFIX}dead-0`, heartbeat: longAgo() });
    await leaveQueue(service, { name: `${PREFIX}dead-0-Failover`, heartbeat: longAgo() });
    await leaveQueue(service, { name: `${PREFIX}live-0`, heartbeat: nowMs() - 290_000 });
    await leaveQueue(service, { name: `${PREFIX}plain`, tags: {} });
    await leaveQueue(service, { name: `${PREFIX}odd`, retention: '5 min', heartbeat: longAgo() });
    await leaveQueue(service, { name: PREFIX, heartbeat: longAgo() });
    await leaveQueue(service, { name: `${PREFIX}_DLQ`, heartbeat: longAgo() });
    await leaveQueue(service, { name: `Other${PREFIX}x`, heartbeat: longAgo() });
    await leaveQueue(service, {
      name: `${PREFIX}patient`,
      retention: '3600',
      heartbeat: longAgo(),
    });
    const full = await leaveQueue(service, { name: `${PREFIX}full`, heartbeat: longAgo() });
    await rig.put(full, ['unread']);

    const report = await sweep();
    expect(report.deleted).toEqual([`${PREFIX}dead-0`, `${PREFIX}dead-0-Failover`]);
    expect(reasons(report)).toEqual({
      '': 'reserved',
      _DLQ: 'reserved',
      full: 'not empty',
      'live-0': 'live',
      odd: 'malformed tags',
      patient: 'live',
      plain: 'untagged',
    });
    expect(report).toMatchObject({ found: 9, dryRun: false, prefix: PREFIX });
    expect(report.error).toBeUndefined();
    expect(await queueNames(service)).toHaveLength(8);
  });

  it('deletes a queue with unread replies once they have expired', async () => {
    const name = `${PREFIX}full`;
    const made = await rig.service.createQueue({
      name,
      attributes: { retentionMs: 60_000 },
      tags: { [HOST_QUEUE_TAGS.retention]: '300', [HOST_QUEUE_TAGS.heartbeat]: `${longAgo()}` },
    });
    if (made.kind !== 'ok') throw new Error(made.error);
    await rig.put(made.queueUrl, ['unread']);
    expect(reasons(await sweep())).toEqual({ full: 'not empty' });
    await rig.runtime.advance(61_000);
    expect((await sweep()).deleted).toEqual([name]);
  });

  it('takes the age of a queue for its heartbeat where none was written', async () => {
    delete rig.faults.getQueueAttributes;
    await leaveQueue(rig.service, { name: `${PREFIX}crashed`, retention: '60' });
    await rig.runtime.advance(59_000);
    expect(reasons(await sweep())).toEqual({ crashed: 'live' });
    await rig.runtime.advance(2000);
    expect((await sweep()).deleted).toEqual([`${PREFIX}crashed`]);
  });

  it('keeps a new queue, although its heartbeat is of a host whose clock is behind', async () => {
    delete rig.faults.getQueueAttributes;
    const [name, heartbeat] = [`${PREFIX}behind`, nowMs() - 600_000];
    await leaveQueue(rig.service, { name, heartbeat });
    expect(reasons(await sweep())).toEqual({ behind: 'new' });
    await rig.runtime.advance(59_000);
    expect(reasons(await sweep())).toEqual({ behind: 'new' });
    await rig.runtime.advance(2000);
    expect((await sweep()).deleted).toEqual([name]);
  });

  it('keeps such a queue where the service does not say when it was made', async () => {
    const queueUrl = await leaveQueue(rig.service, { name: `${PREFIX}crashed`, retention: '60' });
    const found = await rig.service.getQueueAttributes({ queueUrl });
    if (found.kind !== 'ok') throw new Error(found.error);
    rig.faults.getQueueAttributes = async () => ({
      ...found,
      attributes: { ...found.attributes, createdAtMs: 0 },
    });
    expect(reasons(await sweep())).toEqual({ crashed: 'live' });
  });

  it.each(['visibleCount', 'inFlightCount', 'delayedCount'] as const)(
    'keeps a queue with messages, as %s tells',
    async (count) => {
      const name = `${PREFIX}full`;
      const queueUrl = await leaveQueue(rig.service, { name, heartbeat: longAgo() });
      const found = await rig.service.getQueueAttributes({ queueUrl });
      if (found.kind !== 'ok') throw new Error(found.error);
      rig.faults.getQueueAttributes = async () => ({
        ...found,
        attributes: { ...found.attributes, createdAtMs: 1, [count]: 1 },
      });
      expect(reasons(await sweep())).toEqual({ full: 'not empty' });
    },
  );

  it('keeps a queue that beats between the two looks', async () => {
    const name = `${PREFIX}waking`;
    const queueUrl = await leaveQueue(rig.service, { name, heartbeat: longAgo() });
    rig.faults.getQueueAttributes = async (request) => {
      const tags = { [HOST_QUEUE_TAGS.heartbeat]: String(nowMs()) };
      await rig.service.tagQueue({ queueUrl, tags });
      return madeLongAgo(request);
    };
    expect(reasons(await sweep())).toEqual({ waking: 'changed' });
  });

  it('looks again when the answer to its last look came late', async () => {
    const name = `${PREFIX}waking`;
    const queueUrl = await leaveQueue(rig.service, { name, heartbeat: longAgo() });
    let looks = 0;
    rig.faults.listQueueTags = async (request) => {
      looks += 1;
      const answer = await rig.service.listQueueTags(request);
      if (looks !== 2) return answer;
      // This process stands still while the answer waits for it, and the owner wakes up.
      await rig.service.tagQueue({
        queueUrl,
        tags: { [HOST_QUEUE_TAGS.heartbeat]: String(nowMs()) },
      });
      await new Promise<void>((resolve) => void rig.runtime.setTimer(6000, resolve));
      return answer;
    };
    expect(reasons(await sweep())).toEqual({ waking: 'changed' });
    expect(looks).toBe(3);
  });

  it('looks again when this host slept meanwhile', async () => {
    const name = `${PREFIX}waking`;
    const queueUrl = await leaveQueue(rig.service, { name, heartbeat: longAgo() });
    let looks = 0;
    rig.faults.listQueueTags = async (request) => {
      looks += 1;
      const answer = await rig.service.listQueueTags(request);
      if (looks !== 2) return answer;
      rig.runtime.stepWallClock(600_000);
      const tags = { [HOST_QUEUE_TAGS.heartbeat]: String(nowMs()) };
      await rig.service.tagQueue({ queueUrl, tags });
      return answer;
    };
    expect(reasons(await sweep())).toEqual({ waking: 'changed' });
  });

  it("goes by the service's time, not by its own", async () => {
    await leaveQueue(rig.service, { name: `${PREFIX}live-0`, heartbeat: nowMs() });
    const serviceNowMs = nowMs();
    rig.runtime.stepWallClock(3_600_000);
    rig.faults.listQueues = async (request) => ({
      ...(await rig.service.listQueues(request)),
      serviceTimeMs: serviceNowMs,
    });
    rig.faults.listQueueTags = async (request) => ({
      ...(await rig.service.listQueueTags(request)),
      serviceTimeMs: serviceNowMs,
    });
    expect(reasons(await sweep())).toEqual({ 'live-0': 'live' });
  });

  it('finds every queue of more than a page', async () => {
    const heartbeat = longAgo();
    for (let n = 0; n < 1100; n += 1) {
      const name = `${PREFIX}x${String(n).padStart(4, '0')}-0`;
      await leaveQueue(rig.service, { name, heartbeat: n % 110 === 0 ? heartbeat : nowMs() + 1e9 });
    }
    const report = await sweep();
    expect(report.found).toBe(1100);
    expect(report.deleted).toHaveLength(10);
  });

  it('says what it would delete, and deletes nothing, in a dry run', async () => {
    await leaveQueue(rig.service, { name: `${PREFIX}dead-0`, heartbeat: longAgo() });
    const report = await sweep({ dryRun: true });
    expect(report).toMatchObject({ dryRun: true, deleted: [`${PREFIX}dead-0`] });
    expect(rig.script.count('deleteQueue') + rig.script.count('tagQueue')).toBe(0);
    expect(await queueNames(rig.service)).toEqual([`${PREFIX}dead-0`]);
  });

  it('makes at most two tag calls a second', async () => {
    const heartbeat = longAgo();
    for (let n = 0; n < 10; n += 1) {
      await leaveQueue(rig.service, { name: `${PREFIX}dead-${n}`, heartbeat });
    }
    await sweep();
    expect(rig.script.count('listQueueTags')).toBe(20);
    expect(rig.runtime.monotonicMs()).toBe(19 * 500);
  });

  it('waits and tries again when it is throttled', async () => {
    await leaveQueue(rig.service, { name: `${PREFIX}dead-0`, heartbeat: longAgo() });
    const throttled = { kind: 'fail', failure: 'throttled' } as const;
    rig.script.next('listQueues', throttled);
    rig.script.next('listQueueTags', throttled, throttled);
    expect((await sweep()).deleted).toEqual([`${PREFIX}dead-0`]);
  });

  it('gives up after five queues in a row that the service says nothing about', async () => {
    const heartbeat = longAgo();
    for (let n = 0; n < 8; n += 1) {
      await leaveQueue(rig.service, { name: `${PREFIX}dead-${n}`, heartbeat });
    }
    rig.script.always('deleteQueue', { kind: 'fail', failure: 'denied' });
    const report = await sweep();
    expect(report.kept.map(({ reason }) => reason)).toEqual(Array(5).fill('failed'));
    expect(report.error).toMatch(/denied/);
  });

  it('counts a queue that somebody else deleted as gone', async () => {
    await leaveQueue(rig.service, { name: `${PREFIX}dead-0`, heartbeat: longAgo() });
    rig.script.next('deleteQueue', { kind: 'fail', failure: 'gone' });
    expect(reasons(await sweep())).toEqual({ 'dead-0': 'gone' });
  });

  it('keeps the queue of a requester of its own transport, and needs no look at it', async () => {
    const replyQueue = rig.transport.openReplyQueue({ clientId: 'me' });
    await rig.runtime.run(replyQueue.ready());
    expect(reasons(await sweep())).toEqual({ 'me-0': 'own' });
    expect(rig.script.count('listQueueTags')).toBe(0);
    await rig.runtime.run(replyQueue.close());
  });

  it('ends when it is told to', async () => {
    const heartbeat = longAgo();
    for (let n = 0; n < 8; n += 1) {
      await leaveQueue(rig.service, { name: `${PREFIX}dead-${n}`, heartbeat });
    }
    const ending = new AbortController();
    const sweeping = sweepIdleQueues(rig.transport, { signal: ending.signal });
    await rig.runtime.advance(1200);
    ending.abort();
    const report = await rig.runtime.run(sweeping);
    expect(report.deleted.length).toBeLessThan(3);
    expect(report.error).toBeDefined();
  });
});

describe('sweepIdleQueues', () => {
  it('takes a service, which stays open, and another prefix', async () => {
    await leaveQueue(rig.service, { name: 'Mine-1', heartbeat: longAgo() });
    await rig.runtime.advance(61_000);
    const { runtime, service } = rig;
    const report = await runtime.run(sweepIdleQueues(service, { runtime, prefix: 'Mine-' }));
    expect(report).toMatchObject({ prefix: 'Mine-', deleted: ['Mine-1'] });
    expect(await queueNames(service)).toEqual([]);
  });

  it('refuses a transport that is made of something else, and a prefix that is none', async () => {
    const other = { ...rig.transport } satisfies Transport;
    await expect(sweepIdleQueues(other)).rejects.toBeInstanceOf(RpcError);
    await expect(sweepIdleQueues(rig.transport, { prefix: '' })).rejects.toThrow('prefix is ""');
  });

  it('says what the service refused', async () => {
    rig.script.always('listQueues', { kind: 'fail', failure: 'denied' });
    expect(await sweep()).toMatchObject({
      found: 0,
      deleted: [],
      error: 'Scripted: listQueues is denied',
    });
  });
});

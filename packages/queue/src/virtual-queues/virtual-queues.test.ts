import { sleep } from '@replyq/contract/transport';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HOST_QUEUE_TAGS } from '../host-queue-tags.ts';
import {
  bodiesIn,
  openVirtualQueueRig,
  type VirtualQueueRig,
} from '../testing/virtual-queue-rig.ts';
import type { VirtualHost } from './virtual-host.ts';
import type { VirtualQueues } from './virtual-queues.ts';

const TRAITS = { visibilityMs: 30_000, waitMs: 0 };
const HOUR_MS = 3_600_000;

let rig: VirtualQueueRig;

beforeEach(() => {
  rig = openVirtualQueueRig();
});

afterEach(async () => {
  await rig.close();
});

async function make(name: string, tags: Readonly<Record<string, string>>): Promise<string> {
  const made = await rig.service.createQueue({ name, tags });
  if (made.kind !== 'ok') throw new Error(made.error);
  return made.queueUrl;
}

async function temporaryHost(queues: VirtualQueues): Promise<VirtualHost> {
  const tags = queues.tagsFor(queues.settings.idleRetentionMs);
  return queues.makeHost(() => make(queues.nextHostName(), tags), TRAITS);
}

async function exists(queueUrl: string): Promise<boolean> {
  return (await rig.service.getQueueAttributes({ queueUrl })).kind === 'ok';
}

const operations = (wanted: string): readonly string[] =>
  rig.told('apiRequest').flatMap(({ operation, queue }) => (operation === wanted ? [queue] : []));

describe('a temporary host queue', () => {
  test('carries messages without being asked about, and is deleted on close', async () => {
    const queues = rig.process();
    const host = await temporaryHost(queues);
    await rig.put(host.queueUrl, 'a', ['x']);
    const found = await rig.runtime.run(rig.receive(host.open('a'), { waitMs: 1000 }));
    expect(bodiesIn(found)).toEqual(['x']);
    expect(operations('GetQueueAttributes')).toEqual([]);
    await rig.runtime.run(queues.close());
    expect(await exists(host.queueUrl)).toBe(false);
  });

  test('is marked as in use for as long as its process lives, so that others leave it alone', async () => {
    const host = await temporaryHost(rig.process());
    await temporaryHost(rig.process());
    await rig.runtime.advance(HOUR_MS);
    expect(await exists(host.queueUrl)).toBe(true);
    const beats = operations('TagQueue').filter((queue) => queue === host.queue).length;
    expect(beats).toBeGreaterThan(30);
    expect(beats).toBeLessThan(60);
  });

  test('of a process that is no more is deleted by others', async () => {
    const prefix = '__RequesterClientQueues__';
    const dead = await make(`${prefix}dead-0`, {
      [HOST_QUEUE_TAGS.retention]: '300',
      [HOST_QUEUE_TAGS.heartbeat]: String(rig.runtime.nowMs()),
    });
    await temporaryHost(rig.process());
    await rig.runtime.advance(16 * 60_000);
    expect(await exists(dead)).toBe(false);
  });

  test('that is lost takes its virtual queues with it, and is told so', async () => {
    const queues = rig.process();
    const host = await temporaryHost(queues);
    const queue = host.open('a');
    await rig.service.deleteQueue({ queueUrl: host.queueUrl });
    await rig.runtime.advance(150_000);
    expect(queues.knownHost(host.queueUrl)).toBeUndefined();
    await expect(rig.receive(queue)).rejects.toMatchObject({ end: { kind: 'gone' } });
  });

  test('that was being made while the process closed is deleted as well', async () => {
    const queues = rig.process();
    const tags = queues.tagsFor(300_000);
    const making = queues.makeHost(async () => {
      const queueUrl = await make(queues.nextHostName(), tags);
      await sleep(rig.runtime, 2000);
      return queueUrl;
    }, TRAITS);
    const closing = queues.close();
    const { queueUrl } = await rig.runtime.run(making);
    await rig.runtime.run(closing);
    expect(await exists(queueUrl)).toBe(false);
    await expect(temporaryHost(queues)).rejects.toThrow('closed');
  });
});

describe('an ordinary queue with an idle retention', () => {
  test('lives while something is done with it, and not much longer', async () => {
    const queues = rig.process();
    await temporaryHost(queues);
    const queueUrl = await make('__RequesterClientQueues__mine', queues.tagsFor(300_000));
    queues.watch(queueUrl, 300_000);
    for (let turn = 0; turn < 60; turn += 1) {
      queues.used(queueUrl);
      await rig.runtime.advance(60_000);
    }
    expect(await exists(queueUrl)).toBe(true);
    const marks = operations('TagQueue').filter((queue) => queue.endsWith('mine')).length;
    expect(marks).toBeLessThanOrEqual(36);
    await rig.runtime.advance(16 * 60_000);
    expect(await exists(queueUrl)).toBe(false);
  });

  test('is not marked for nothing', async () => {
    const queues = rig.process({ sweep: false });
    const queueUrl = await make('__RequesterClientQueues__mine', queues.tagsFor(300_000));
    queues.watch(queueUrl, 300_000);
    await rig.runtime.advance(HOUR_MS);
    expect(operations('TagQueue')).toEqual([]);
  });
});

describe('settings out of range', () => {
  test.each([
    { prefix: 'no spaces' },
    { idleRetentionMs: 999 },
    { heartbeatIntervalMs: 300_001 },
    { sweepEveryMs: 9999 },
    { maxBufferedPerQueue: 0 },
    { maxBufferedMessages: 1.5 },
    { maxBufferedBytes: 1023 },
  ])('are refused: %j', (settings) => {
    expect(() => rig.process(settings)).toThrow(String(Object.values(settings)[0]));
  });
});

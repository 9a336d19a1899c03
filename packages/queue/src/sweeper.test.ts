import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOST_QUEUE_TAGS } from './host-queue-tags.ts';
import { SWEEP_TAG } from './sweep-board.ts';
import { openFleet, type Fleet, type FleetProcess } from './testing/fleet.ts';
import { leaveQueue, PREFIX, queueNames } from './testing/old-queues.ts';

const PERIOD_MS = 300_000;
const RETENTION_MS = 300_000;

let fleet: Fleet;

beforeEach(() => {
  fleet = openFleet();
});

afterEach(async () => {
  await fleet.close();
});

const swept = ({ events }: FleetProcess) =>
  events.filter((event) => event.kind === 'idleQueuesSwept');

function leaveDead(name: string): Promise<string> {
  const heartbeat = fleet.runtime.nowMs() - RETENTION_MS - 1;
  return leaveQueue(fleet.service, { name: `${PREFIX}${name}`, heartbeat });
}

describe('a fleet of ten processes with 50 live queues, and 50 dead ones', () => {
  it('deletes exactly the dead for at most 3 calls per queue in all', async () => {
    const { runtime, service } = fleet;
    const processes = Array.from({ length: 10 }, () => fleet.process());
    for (const process of processes) {
      for (let n = 0; n < 5; n += 1) await process.open(runtime.createId(16));
    }
    const live = await queueNames(service, PREFIX);
    for (let n = 0; n < 50; n += 1) await leaveDead(`${runtime.createId(16)}-0`);
    await runtime.advance(PERIOD_MS);
    expect(await queueNames(service, PREFIX)).toEqual(live);
    const calls = fleet.sweepCalls();
    expect(calls).toBeLessThanOrEqual(300);
    // One sweeps; each of the others finds the mark and leaves it at that.
    expect(processes.flatMap(swept).flatMap(({ deleted }) => deleted)).toHaveLength(50);
    // From then on: a list and a board for each process, and a look at each queue by one of them.
    await runtime.advance(4 * PERIOD_MS);
    expect((fleet.sweepCalls() - calls) / 4).toBeLessThanOrEqual(100);
    expect(await queueNames(service, PREFIX)).toEqual(live);
  });
});

describe('I18: the queue of a requester that died', () => {
  it.each([0, 1, 2, 3, 4])(
    'is gone within retention, period and a minute, whoever sweeps (%d sweepers died, too)',
    async (others) => {
      const { runtime, service } = fleet;
      const survivor = fleet.process();
      await survivor.open('survivor');
      const victims = Array.from({ length: others + 1 }, () => fleet.process());
      for (const victim of victims) await victim.open(runtime.createId(16));
      await runtime.advance(260_000 + 17_000 * others);
      for (const victim of victims) {
        victim.kill();
        await runtime.advance(7000);
      }
      await runtime.advance(RETENTION_MS + PERIOD_MS + 60_000 - 7000);
      expect(await queueNames(service, PREFIX)).toEqual([`${PREFIX}survivor-0`]);
    },
  );

  it('is gone although the one who had just marked the board died before it swept', async () => {
    const { runtime, service } = fleet;
    const survivor = fleet.process();
    await survivor.open('survivor');
    await leaveDead('dead-0');
    const queueUrl = survivor.replyQueues[0]?.addressOf('x').split('#')[0] ?? '';
    await runtime.advance(70_000);
    const mark = { [SWEEP_TAG]: `somebody.${runtime.nowMs()}` };
    await service.tagQueue({ queueUrl, tags: mark });
    await runtime.advance(PERIOD_MS + 60_000);
    expect(await queueNames(service, PREFIX)).toEqual([`${PREFIX}survivor-0`]);
  });
});

describe('W2: a queue that was seen fresh', () => {
  it('is left alone until half its retention has passed since', async () => {
    const { runtime, service } = fleet;
    await fleet.process({ replyQueue: { sweepEveryMs: 10_000 } }).open('me');
    const heartbeat = runtime.nowMs() - RETENTION_MS + 15_000;
    await leaveQueue(service, { name: `${PREFIX}late-0`, heartbeat });
    await runtime.advance(RETENTION_MS / 2);
    expect(await queueNames(service, PREFIX)).toContain(`${PREFIX}late-0`);
    await runtime.advance(40_000);
    expect(await queueNames(service, PREFIX)).toEqual([`${PREFIX}me-0`]);
  });
});

describe('a process that stood still for longer than its retention', () => {
  it('has its queue swept, and makes another one for its next call', async () => {
    const { runtime, service } = fleet;
    await fleet.process().open('sweeper');
    const paused = fleet.process();
    const replyQueue = await paused.open('paused');
    await runtime.advance(150_000);
    paused.stall(900_000);
    await runtime.advance(899_999);
    expect(await queueNames(service, PREFIX)).toEqual([`${PREFIX}sweeper-0`]);
    await runtime.advance(1);
    expect(replyQueue.isReady()).toBe(false);
    expect(await runtime.run(replyQueue.ready())).toEqual({ kind: 'ready' });
    expect(replyQueue.queue).toBe(`${PREFIX}paused-1`);
    const queueUrl = replyQueue.addressOf('x').split('#')[0] ?? '';
    await service.sendBatch({ queueUrl, entries: [{ body: 'reply', attributes: {} }] });
    const received = await runtime.run(replyQueue.receive({ maxFrames: 1 }));
    expect(received).toMatchObject({ deliveries: [{ frame: { body: 'reply' } }] });
    await runtime.advance(2 * PERIOD_MS);
    expect(await queueNames(service, PREFIX)).toHaveLength(2);
  });

  it('deletes nothing for what it read before', async () => {
    const { runtime, service } = fleet;
    const paused = fleet.process();
    await paused.open('me');
    const queueUrl = await leaveDead('waking-0');
    const asked = () => paused.scripted.script.count('getQueueAttributes');
    while (asked() === 0) await runtime.advance(100);
    // In the half second before its second look.
    paused.stall(600_000);
    await runtime.advance(599_000);
    const tags = { [HOST_QUEUE_TAGS.heartbeat]: String(runtime.nowMs()) };
    await service.tagQueue({ queueUrl, tags });
    await runtime.advance(5000);
    expect(await queueNames(service, PREFIX)).toContain(`${PREFIX}waking-0`);
  });
});

describe('the sweeper', () => {
  it('asks for nothing but a list while the only queues are its own', async () => {
    const process = fleet.process();
    await process.open('me');
    await process.open('me-too');
    await fleet.runtime.advance(4 * PERIOD_MS);
    const { script } = process.scripted;
    expect(fleet.sweepCalls()).toBe(script.count('listQueues'));
    expect(script.count('listQueues')).toBeGreaterThanOrEqual(3);
    expect(fleet.marks()).toBe(0);
  });

  it('begins a quarter of a period after the first reply queue, and not without one', async () => {
    const process = fleet.process();
    await fleet.runtime.advance(2 * PERIOD_MS);
    expect(fleet.sweepCalls()).toBe(0);
    await process.open('me');
    await fleet.runtime.advance(PERIOD_MS / 4 - 1);
    expect(fleet.sweepCalls()).toBe(0);
    await fleet.runtime.advance((PERIOD_MS * 3) / 4 + 1);
    expect(fleet.sweepCalls()).toBe(1);
  });

  it('ends with the last reply queue, in the middle of a sweep if need be', async () => {
    const process = fleet.process();
    const replyQueue = await process.open('me');
    for (let n = 0; n < 20; n += 1) await leaveDead(`dead-${n}`);
    while (process.scripted.script.count('deleteQueue') < 2) await fleet.runtime.advance(100);
    await fleet.runtime.run(replyQueue.close());
    await fleet.runtime.settle();
    const calls = fleet.sweepCalls();
    expect(fleet.runtime.timerCount()).toBe(0);
    await fleet.runtime.advance(2 * PERIOD_MS);
    expect(fleet.sweepCalls()).toBe(calls);
  });

  it('can be turned off', async () => {
    await fleet.process({ replyQueue: { sweep: false } }).open('me');
    await leaveDead('dead-0');
    await fleet.runtime.advance(4 * PERIOD_MS);
    expect(fleet.sweepCalls()).toBe(0);
  });

  it('does not look for the board at queues that it has seen idle before', async () => {
    const process = fleet.process();
    await process.open('me');
    const full = await leaveDead('-full-0');
    await fleet.service.sendBatch({ queueUrl: full, entries: [{ body: 'x', attributes: {} }] });
    await fleet.runtime.advance(PERIOD_MS);
    const { script } = process.scripted;
    expect(swept(process)).toHaveLength(1);
    const looks = script.count('listQueueTags');
    // Somebody else has swept just now.
    const [mine = ''] = process.replyQueues.map((own) => own.addressOf('x').split('#')[0] ?? '');
    await fleet.runtime.advance(100_000);
    const mark = { [SWEEP_TAG]: `somebody.${fleet.runtime.nowMs()}` };
    await fleet.service.tagQueue({ queueUrl: mine, tags: mark });
    const lists = script.count('listQueues');
    while (script.count('listQueues') === lists) await fleet.runtime.advance(1000);
    await fleet.runtime.advance(2000);
    expect(script.count('listQueueTags') - looks).toBe(1);
  });

  it('asks once an hour where it may not', async () => {
    const process = fleet.process();
    await process.open('me');
    process.scripted.script.always('listQueues', { kind: 'fail', failure: 'denied' });
    await fleet.runtime.advance(13 * PERIOD_MS);
    expect(process.scripted.script.count('listQueues')).toBe(2);
    expect(process.events.filter(({ kind }) => kind === 'sweepFailed')).toHaveLength(2);
  });

  it('does not keep others from it where it may not delete', async () => {
    const [forbidden, allowed] = [fleet.process(), fleet.process()];
    await forbidden.open('a');
    forbidden.scripted.script.always('deleteQueue', { kind: 'fail', failure: 'denied' });
    await leaveDead('dead-0');
    while (swept(forbidden).length === 0) await fleet.runtime.advance(1000);
    await allowed.open('b');
    await fleet.runtime.advance(PERIOD_MS + 10_000);
    expect(await queueNames(fleet.service)).toEqual([`${PREFIX}a-0`, `${PREFIX}b-0`]);
  });

  it('sweeps although the mark cannot be written or comes from the future', async () => {
    const process = fleet.process();
    const replyQueue = await process.open('a');
    const queueUrl = replyQueue.addressOf('x').split('#')[0] ?? '';
    const mark = { [SWEEP_TAG]: `x.${fleet.runtime.nowMs() + 1e9}` };
    await fleet.service.tagQueue({ queueUrl, tags: mark });
    await leaveDead('dead-0');
    process.scripted.script.always('tagQueue', { kind: 'fail', failure: 'denied' });
    await fleet.runtime.advance(PERIOD_MS + 10_000);
    expect(await queueNames(fleet.service)).toEqual([`${PREFIX}a-0`]);
    process.scripted.script.heal();
  });
});

import { ATTRIBUTE, readMessage } from '@replyq/contract/wire';
import type { ScriptedQueueService } from '@replyq/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { dead, taskMessage, type DeadLetterRig } from '../testing/dead-letter-rig.ts';
import { openRedriveRig, type RedriveRig } from '../testing/redrive-rig.ts';

let rig: DeadLetterRig;
let service: ScriptedQueueService;
let dlq: string;
let work: string;
let redrive: RedriveRig['redrive'];
beforeEach(async () => {
  ({ rig, service, dlq, work, redrive } = await openRedriveRig());
});

describe('where it goes', () => {
  it('is the queue that its failure names, among those that use the dead-letter queue', async () => {
    const second = await rig.makeQueue('second', 'work-dlq');
    const stranger = await rig.makeQueue('stranger');
    await rig.put(dlq, dead(taskMessage('a'), 'work'), dead(taskMessage('b'), 'second'));
    await rig.put(dlq, dead(taskMessage('c'), 'stranger'), taskMessage('d'));
    await rig.put(dlq, dead(taskMessage('e'), 'https://evil.example/000000000000/work'));
    const report = await redrive();
    expect(report).toMatchObject({ moved: 2, movedTo: { work: 1, second: 1 }, keptCount: 3 });
    expect(report.kept.map(({ reason }) => reason)).toEqual(Array(3).fill('no source'));
    expect(await rig.ids(work)).toEqual(['a']);
    expect(await rig.ids(second)).toEqual(['b']);
    expect(await rig.ids(stranger)).toEqual([]);
    expect(await redrive({ to: 'second' })).toMatchObject({ moved: 3, movedTo: { second: 3 } });
  });

  it('has to be said where it cannot be found out', async () => {
    service.script.always('listDeadLetterSourceQueues', { kind: 'fail', failure: 'denied' });
    await rig.put(dlq, taskMessage('a'));
    await expect(redrive()).rejects.toThrow('say where to, with `to`');
    expect((await redrive({ to: work })).moved).toBe(1);
  });
});

describe('a FIFO queue', () => {
  let fifoDlq: string;
  let fifo: string;
  beforeEach(async () => {
    fifoDlq = await rig.makeQueue('f-dlq.fifo');
    fifo = await rig.makeQueue('f.fifo', 'f-dlq.fifo');
  });
  const put = (id: string, groupId: string): Promise<void> =>
    rig.put(fifoDlq, { ...dead(taskMessage(id), 'f.fifo'), groupId, deduplicationId: id });

  it('gets its groups back in order, under new deduplication ids', async () => {
    for (let n = 0; n < 30; n += 1) await put(`${n % 3}-${n}`, `g${n % 3}`);
    expect((await redrive({}, 'f.fifo')).moved).toBe(30);
    const back = await rig.drain(fifo);
    for (const group of ['0', '1', '2']) {
      const own = back.filter(({ groupId }) => groupId === `g${group}`);
      expect(own.map(({ body }) => Number(/-(\d+)/.exec(body)?.[1]))).toEqual(
        Array.from({ length: 10 }, (_, n) => n * 3 + Number(group)),
      );
    }
  });

  it('G1: a message that is not taken keeps the later ones of its group', async () => {
    for (const id of ['a1', 'b1', 'a2', 'b2', 'a3']) await put(id, id.charAt(0));
    service.script.next('sendBatch', { kind: 'failEntry', index: 0, failure: 'invalid' });
    const report = await redrive({}, 'f.fifo');
    expect(report.kept.map(({ reason }) => reason)).toEqual([
      'failed',
      'group waits',
      'group waits',
    ]);
    expect(await rig.ids(fifo)).toEqual(['b1', 'b2']);
    expect(await rig.ids(fifoDlq)).toEqual(['a1', 'a2', 'a3']);
  });

  it('doubles nothing within five minutes, though the answer to a send was lost', async () => {
    await put('a', 'g');
    await put('b', 'g');
    service.script.next(
      'sendBatch',
      { kind: 'loseAnswer' },
      { kind: 'pass' },
      { kind: 'loseAnswer' },
    );
    expect(await redrive({}, 'f.fifo')).toMatchObject({ moved: 2, maybeDoubled: 2 });
    expect(await rig.ids(fifo)).toEqual(['a', 'b']);
  });
});

describe('as they are', () => {
  it('all are moved by the service itself', async () => {
    for (let n = 0; n < 120; n += 1) await rig.put(dlq, dead(taskMessage(`m${n}`), 'work'));
    const report = await redrive({ asTheyAre: true, perSecond: 100 });
    expect(report).toMatchObject({ byService: true, moved: 120, movedTo: { work: 120 } });
    expect(service.script.count('receive')).toBe(0);
    expect(service.script.requests('startMessageMoveTask')).toMatchObject([{ maxPerSecond: 100 }]);
    const [first] = await rig.drain(work);
    expect(first?.attributes).toHaveProperty([ATTRIBUTE.failure]);
  });

  it('are moved one by one where the service will not, or some are chosen', async () => {
    for (const id of ['a', 'b']) await rig.put(dlq, dead(taskMessage(id, { tries: 3 }), 'work'));
    service.script.always('startMessageMoveTask', { kind: 'fail', failure: 'invalid' });
    expect(await redrive({ asTheyAre: true, max: 1 })).toMatchObject({
      byService: false,
      moved: 1,
    });
    expect(service.script.count('startMessageMoveTask')).toBe(0);
    expect(await redrive({ asTheyAre: true })).toMatchObject({ byService: false, moved: 1 });
    expect(service.script.count('startMessageMoveTask')).toBe(1);
    for (const message of await rig.drain(work)) {
      expect(message.attributes).toHaveProperty([ATTRIBUTE.failure]);
      expect(readMessage(message)[0]?.header?.['try']).toBe(3);
    }
  });

  it('are told to have failed where the service could not tell their source', async () => {
    await rig.makeQueue('second', 'work-dlq');
    await rig.put(dlq, taskMessage('a'));
    const report = await redrive({ asTheyAre: true });
    expect(report).toMatchObject({ byService: true, moved: 0, ended: 'failed' });
    expect(report.error).toContain('CouldNotDetermineMessageSource');
    expect(await rig.ids(dlq)).toEqual(['a']);
  });
});

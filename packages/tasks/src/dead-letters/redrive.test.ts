import { ATTRIBUTE, readMessage } from '@replyq/contract/wire';
import type { ScriptedQueueService } from '@replyq/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { dead, packMessage, taskMessage, type DeadLetterRig } from '../testing/dead-letter-rig.ts';
import { openRedriveRig, type RedriveRig } from '../testing/redrive-rig.ts';
import { deadLetters } from './dead-letters.ts';

let rig: DeadLetterRig;
let service: ScriptedQueueService;
let dlq: string;
let work: string;
let redrive: RedriveRig['redrive'];
beforeEach(async () => {
  ({ rig, service, dlq, work, redrive } = await openRedriveRig());
});

describe('a redriven task', () => {
  it('is as it was sent, has not failed, and has not been tried', async () => {
    const attributes = {
      mine: { type: 'Binary', value: Uint8Array.of(1, 2) },
      ...taskMessage('a', { tries: 4 }).attributes,
    };
    const traceHeader = 'Root=1-5759e988-bd862e3fe1be46a994272793';
    await rig.put(
      dlq,
      dead({ ...taskMessage('a'), attributes, traceHeader, groupId: 'g' }, 'work'),
    );
    const report = await redrive();
    expect(report).toEqual({
      queue: 'work-dlq',
      dryRun: false,
      byService: false,
      found: 1,
      moved: 1,
      movedTo: { work: 1 },
      passedOver: 0,
      keptCount: 0,
      kept: [],
      maybeDoubled: 0,
      ended: 'empty',
    });
    const [message] = await rig.drain(work);
    expect(message).toMatchObject({
      body: '{"id":"a"}',
      traceHeader,
      groupId: 'g',
      receiveCount: 1,
    });
    expect(message?.attributes['mine']).toEqual({ type: 'Binary', value: Uint8Array.of(1, 2) });
    expect(message?.attributes).not.toHaveProperty([ATTRIBUTE.failure]);
    const [frame] = readMessage(message!);
    expect(frame?.header).toEqual(readMessage(taskMessage('a'))[0]?.header);
    expect(await rig.counts(dlq)).toEqual({ visible: 0, inFlight: 0 });
  });

  it('keeps what replyq has not written, or cannot read, as it is', async () => {
    const foreign = { body: 'hello', attributes: { a: { type: 'Number', value: '1' } } };
    const malformed = {
      body: 'x',
      attributes: { [ATTRIBUTE.header]: { type: 'String', value: '{"v":' } },
    };
    await rig.put(dlq, dead(foreign, 'work'), dead(malformed, 'work'));
    expect((await redrive()).moved).toBe(2);
    const back = await rig.drain(work);
    expect(back.map(({ attributes, body }) => ({ attributes, body }))).toEqual([
      foreign,
      malformed,
    ]);
  });

  it('is alone, although it died in company', async () => {
    await rig.put(dlq, packMessage(['a', 'b', 'c']));
    expect(await redrive()).toMatchObject({ found: 1, moved: 3 });
    const back = await rig.drain(work);
    expect(back.map(({ body }) => body)).toEqual(['{"id":"a"}', '{"id":"b"}', '{"id":"c"}']);
  });

  it('stays where its caller has stopped waiting', async () => {
    const replyTo = 'http://memory.localhost/000000000000/replies#call';
    const nowMs = rig.runtime.nowMs();
    await rig.put(dlq, taskMessage('gone', { replyTo, at: nowMs - 30_000 }));
    await rig.put(dlq, taskMessage('waits', { replyTo, at: nowMs - 1000 }));
    const report = await redrive();
    expect(report).toMatchObject({ moved: 1, kept: [{ reason: 'caller gone', frame: 0 }] });
    expect(await rig.ids(work)).toEqual(['waits']);
    expect(await rig.ids(dlq)).toEqual(['gone']);
  });

  it('is moved though somebody once waited for its result: that is no deadline of a task', async () => {
    const replyTo = 'http://memory.localhost/000000000000/replies#call';
    const at = rig.runtime.nowMs() - 30_000;
    await rig.put(dlq, taskMessage('task', { replyTo, at, task: 'call' }));
    expect(await redrive()).toMatchObject({ moved: 1, kept: [] });
    expect(await rig.ids(work)).toEqual(['task']);
  });
});

describe('what is chosen', () => {
  it('is moved, and the rest of its message stays dead in one message', async () => {
    await rig.put(dlq, dead(packMessage(['a', 'b', 'c', 'd']), 'work'), taskMessage('e'));
    const report = await redrive({ filter: ({ body }) => /[ae]/.test(body) });
    expect(report).toMatchObject({ moved: 2, passedOver: 3, keptCount: 0 });
    expect((await rig.ids(work)).toSorted()).toEqual(['a', 'e']);
    const letters = await rig.runtime.run(
      deadLetters(service, 'work', { runtime: rig.runtime }).peek(),
    );
    expect(letters.map(({ failure, frames }) => [failure?.code, frames])).toEqual(
      [1, 2, 3].map(() => ['CONFLICT', 3]),
    );
    expect(await rig.ids(dlq)).toEqual(['b', 'c', 'd']);
  });

  it('is no more than was asked for', async () => {
    for (let n = 0; n < 15; n += 1) await rig.put(dlq, taskMessage(`m${n}`));
    await rig.put(dlq, packMessage(['a', 'b', 'c']));
    expect(await redrive({ max: 16 })).toMatchObject({ moved: 16, ended: 'max' });
    expect(await redrive({ max: 5 })).toMatchObject({ moved: 2, ended: 'empty' });
    expect(await rig.ids(work)).toHaveLength(18);
    expect(await rig.counts(dlq)).toEqual({ visible: 0, inFlight: 0 });
  });

  it('stays together where it cannot travel alone', async () => {
    const pack = packMessage(['a', 'b', 'c']);
    const lines = pack.body.split('\n');
    lines[3] = 'nonsense';
    await rig.put(dlq, { ...pack, body: lines.join('\n') });
    expect(await redrive({ filter: ({ frame }) => frame === 0 })).toMatchObject({
      moved: 0,
      kept: [{ frame: 0, reason: 'indivisible' }],
    });
    expect(await redrive()).toMatchObject({ moved: 3, movedTo: { work: 3 } });
    const [whole] = await rig.drain(work);
    expect(whole?.body).toBe(lines.join('\n'));
  });

  it('is told and not moved in a dry run', async () => {
    await rig.put(dlq, packMessage(['a', 'b']), taskMessage('c'));
    const report = await redrive({ dryRun: true, filter: ({ body }) => !body.includes('b') });
    expect(report).toMatchObject({ dryRun: true, moved: 2, movedTo: { work: 2 }, passedOver: 1 });
    expect(service.script.count('sendBatch') + service.script.count('deleteBatch')).toBe(0);
    expect(await rig.counts(dlq)).toEqual({ visible: 2, inFlight: 0 });
  });

  it('gives all back when the filter throws', async () => {
    for (let n = 0; n < 12; n += 1) await rig.put(dlq, taskMessage(`m${n}`));
    const filter = ({ body }: { body: string }): boolean => {
      if (body.includes('m11')) throw new Error('no');
      return true;
    };
    await expect(redrive({ filter })).rejects.toThrow('no');
    expect(await rig.counts(dlq)).toEqual({ visible: 2, inFlight: 0 });
    expect(await rig.ids(work)).toHaveLength(10);
  });

  it.each([
    [{ max: 0 }, 'max is 0'],
    [{ max: 1.5 }, 'max is 1.5'],
    [{ perSecond: 0 }, 'perSecond is 0'],
    [{ filter: 'all' as never }, 'filter is not a function'],
    [{ to: 'work-dlq' }, 'is the dead-letter queue itself'],
    [{ to: 'other.fifo' }, 'are not of one kind'],
  ])('is refused: %o', async (options, message) => {
    await rig.makeQueue('other.fifo');
    await expect(redrive(options)).rejects.toThrow(message);
  });
});

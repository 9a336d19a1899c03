import type { ScriptedQueueService } from '@replyq/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { dead, packMessage, taskMessage, type DeadLetterRig } from '../testing/dead-letter-rig.ts';
import { openRedriveRig, type RedriveRig } from '../testing/redrive-rig.ts';
import { deadLetters } from './dead-letters.ts';
import type { RedriveProgress } from './redrive-options.ts';

let rig: DeadLetterRig;
let service: ScriptedQueueService;
let dlq: string;
let work: string;
let redrive: RedriveRig['redrive'];
beforeEach(async () => {
  ({ rig, service, dlq, work, redrive } = await openRedriveRig());
});

describe('a service that refuses', () => {
  it('is asked again while that may pass', async () => {
    for (let n = 0; n < 3; n += 1) await rig.put(dlq, taskMessage(`m${n}`));
    const throttled = { kind: 'fail', failure: 'throttled' } as const;
    for (const operation of ['receive', 'sendBatch', 'deleteBatch', 'getQueueUrl'] as const) {
      service.script.next(operation, throttled, throttled);
    }
    service.script.next('sendBatch', { kind: 'failEntry', index: 1, failure: 'throttled' });
    // Looking a queue up is not repeated: nothing has begun.
    await expect(redrive()).rejects.toThrow('throttled');
    await expect(redrive()).rejects.toThrow('throttled');
    expect(await redrive()).toMatchObject({ moved: 3, keptCount: 0, ended: 'empty' });
    expect(await rig.ids(work)).toHaveLength(3);
  });

  it('is told entry by entry, and what it refused stays', async () => {
    await rig.service.setQueueAttributes({
      queueUrl: work,
      attributes: { maxMessageBytes: 1024 },
    });
    const big = { ...taskMessage('b'), body: JSON.stringify({ id: 'b'.repeat(2000) }) };
    await rig.put(dlq, taskMessage('a'), big, taskMessage('c'));
    const report = await redrive();
    expect(report).toMatchObject({ moved: 2, keptCount: 1, ended: 'empty' });
    expect(report.kept[0]).toMatchObject({
      reason: 'failed',
      error: expect.stringContaining('1024'),
    });
    expect(await rig.counts(dlq)).toEqual({ visible: 1, inFlight: 0 });
    service.script.always('sendBatch', { kind: 'fail', failure: 'denied' });
    expect((await redrive()).kept[0]?.error).toBe('work: Scripted: sendBatch is denied');
    expect(await rig.counts(dlq)).toEqual({ visible: 1, inFlight: 0 });
  });

  it('M2: what cannot be moved out of a pack stays dead by itself, and the next run doubles nothing', async () => {
    await rig.put(dlq, dead(packMessage(['a', 'b', 'c']), 'work'));
    service.script.next('sendBatch', { kind: 'failEntry', index: 1, failure: 'invalid' });
    expect(await redrive()).toMatchObject({ moved: 2, keptCount: 1, maybeDoubled: 0 });
    expect(await redrive()).toMatchObject({ moved: 1 });
    expect(await rig.ids(work)).toEqual(['a', 'c', 'b']);
    expect(await rig.ids(dlq)).toEqual([]);
  });

  it('M2: a pack stays whole where the dead-letter queue does not take its rest', async () => {
    await rig.put(dlq, packMessage(['a', 'b', 'c']));
    service.script.always('sendBatch', { kind: 'fail', failure: 'denied' });
    const report = await redrive({ filter: ({ frame }) => frame === 1 });
    expect(report).toMatchObject({ moved: 0, kept: [{ frame: 1, reason: 'failed' }] });
    expect(await rig.ids(work)).toEqual([]);
    expect(await rig.ids(dlq)).toEqual(['a', 'b', 'c']);
  });

  describe('M2: of a pack of which one is chosen, the rest', () => {
    const filter = ({ body }: { readonly body: string }): boolean => body.includes('"b"');

    beforeEach(() => rig.put(dlq, dead(packMessage(['a', 'b', 'c']), 'work')));

    it('may be in the dead-letter queue twice: that is counted', async () => {
      service.script.next('sendBatch', { kind: 'loseAnswer' });
      expect(await redrive({ filter })).toMatchObject({ moved: 1, maybeDoubled: 2 });
      await rig.runtime.advance(30_000);
      expect(await rig.ids(dlq)).toEqual(['a', 'c', 'a', 'c']);
    });

    it('may be there although the pack stays whole: it is counted, and what was chosen is not', async () => {
      const abort = new AbortController();
      const { sendBatch } = rig.service;
      service.sendBatch = async (request) => {
        await sendBatch.call(rig.service, request);
        abort.abort();
        return { kind: 'unknown', error: 'lost' };
      };
      const report = await redrive({ filter, signal: abort.signal });
      expect(report).toMatchObject({ moved: 0, keptCount: 1, maybeDoubled: 2 });
      await rig.runtime.advance(30_000);
      expect((await rig.ids(dlq)).toSorted()).toEqual(['a', 'a', 'b', 'c', 'c']);
    });
  });

  it('M2: what could not be moved and is dead by itself twice is counted', async () => {
    await rig.put(dlq, dead(packMessage(['a', 'b', 'c']), 'work'));
    service.script.next('sendBatch', { kind: 'failEntry', index: 1, failure: 'invalid' });
    service.script.next('sendBatch', { kind: 'loseAnswer' });
    expect(await redrive()).toMatchObject({ moved: 2, keptCount: 1, maybeDoubled: 1 });
    await rig.runtime.advance(30_000);
    expect(await rig.ids(dlq)).toEqual(['b', 'b']);
  });

  it('may have been obeyed: that is counted', async () => {
    await rig.put(dlq, taskMessage('a'));
    service.script.always('deleteBatch', { kind: 'fail', failure: 'denied' });
    expect(await redrive()).toMatchObject({ moved: 1, maybeDoubled: 1 });
    service.script.heal();
    await rig.put(dlq, taskMessage('b'));
    service.script.next('sendBatch', { kind: 'loseAnswer' });
    expect(await redrive()).toMatchObject({ moved: 1, maybeDoubled: 1 });
    expect((await rig.ids(work)).toSorted()).toEqual(['a', 'b', 'b']);
  });
});

describe('the pace', () => {
  it('is no faster than it was told', async () => {
    for (let n = 0; n < 40; n += 1) await rig.put(dlq, taskMessage(`m${n}`));
    const startMs = rig.runtime.monotonicMs();
    const seen: RedriveProgress[] = [];
    await redrive({ perSecond: 4, onProgress: (progress) => void seen.push(progress) });
    const tookMs = rig.runtime.monotonicMs() - startMs;
    expect(tookMs).toBeGreaterThanOrEqual(10_000);
    expect(tookMs).toBeLessThan(13_000);
    expect(seen.map(({ moved }) => moved)).toEqual([4, 8, 12, 16, 20, 24, 28, 32, 36, 40]);
  });

  it('is not disturbed by an observer that throws', async () => {
    await rig.put(dlq, taskMessage('a'));
    const onProgress = (): void => {
      throw new Error('observer');
    };
    expect((await redrive({ onProgress })).moved).toBe(1);
  });
});

describe('a run that lasts longer than messages stay hidden', () => {
  it('tells each message once all the same, and comes to the last', async () => {
    for (let n = 0; n < 300; n += 1) await rig.put(dlq, taskMessage(`m${n}`));
    const seen: string[] = [];
    const filter = ({ body }: { readonly body: string }): boolean => {
      seen.push(body);
      return false;
    };
    const { receive } = rig.service;
    service.receive = async (request) => {
      await new Promise<void>((resolve) => void rig.runtime.setTimer(700, resolve));
      return receive.call(rig.service, request);
    };
    const letters = deadLetters(service, dlq, { runtime: rig.runtime, visibilityMs: 5000 });
    const report = await rig.runtime.run(letters.redrive({ filter }));
    expect(new Set(seen).size).toBe(300);
    expect(seen).toHaveLength(300);
    expect(report.passedOver).toBe(300);
    await rig.runtime.advance(5000);
    expect(await rig.counts(dlq)).toEqual({ visible: 300, inFlight: 0 });
  });
});

describe('tasks that fail again while they are redriven', () => {
  it('are not redriven once more by the same run', async () => {
    for (let n = 0; n < 25; n += 1) await rig.put(dlq, taskMessage(`m${n}`));
    await rig.runtime.advance(5000);
    // A worker gives each up at once.
    const { sendBatch } = rig.service;
    service.sendBatch = async (request) => {
      await new Promise<void>((resolve) => void rig.runtime.setTimer(1500, resolve));
      return sendBatch.call(rig.service, { ...request, queueUrl: dlq });
    };
    const letters = deadLetters(service, 'work-dlq', { runtime: rig.runtime });
    const report = await rig.runtime.run(letters.redrive());
    expect(report).toMatchObject({ moved: 25, ended: 'empty' });
    expect(await rig.counts(dlq)).toEqual({ visible: 25, inFlight: 0 });
  });
});

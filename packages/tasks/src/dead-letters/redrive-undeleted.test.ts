import { ScriptedQueueService } from '@replyq/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { openDeadLetterRig, taskMessage, type DeadLetterRig } from '../testing/dead-letter-rig.ts';
import { deadLetters } from './dead-letters.ts';
import type { RedriveOptions } from './redrive-options.ts';
import type { RedriveReport } from './redrive-report.ts';

let rig: DeadLetterRig;
let service: ScriptedQueueService;
let dlq: string;
let work: string;
beforeEach(async () => {
  rig = openDeadLetterRig();
  service = new ScriptedQueueService(rig.service);
  dlq = await rig.makeQueue('work-dlq');
  work = await rig.makeQueue('work', 'work-dlq');
});

async function fill(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await rig.put(dlq, taskMessage(`m${n}`));
}

/** Slow enough that what was read comes back while it still runs. */
async function redriveSlowly(options: RedriveOptions = {}): Promise<RedriveReport> {
  const letters = deadLetters(service, 'work-dlq', { runtime: rig.runtime, visibilityMs: 5000 });
  const stop = new AbortController();
  const limit = rig.runtime.setTimer(120_000, () => stop.abort());
  const run = letters.redrive({ perSecond: 2, signal: stop.signal, ...options });
  const report = await rig.runtime.run(run);
  limit.cancel();
  return report;
}

describe('what was sent and cannot be deleted', () => {
  it('ends the run, where nobody may delete: nothing else is doubled', async () => {
    await fill(20);
    service.script.always('deleteBatch', { kind: 'fail', failure: 'denied' });
    expect(await redriveSlowly()).toMatchObject({
      moved: 2,
      maybeDoubled: 2,
      ended: 'failed',
      error: 'Cannot delete from "work-dlq": Scripted: deleteBatch is denied',
    });
    expect(await rig.counts(work)).toEqual({ visible: 2, inFlight: 0 });
  });

  it('ends the run as well, where one entry is denied', async () => {
    await fill(20);
    service.script.next('deleteBatch', { kind: 'failEntry', index: 1, failure: 'denied' });
    expect(await redriveSlowly()).toMatchObject({ moved: 2, maybeDoubled: 1, ended: 'failed' });
  });

  it('R1: is not sent once more when it comes back, and the run comes to its end', async () => {
    await fill(20);
    service.script.always('deleteBatch', { kind: 'failEntry', index: 0, failure: 'staleHandle' });
    const report = await redriveSlowly();
    expect(report.moved).toBe(20);
    expect(report.maybeDoubled).toBeGreaterThanOrEqual(10);
    expect(['empty', 'onlyNew']).toContain(report.ended);
    expect(await rig.counts(work)).toEqual({ visible: 20, inFlight: 0 });
  });

  it('M1: is asked for again while some of it may pass, whatever else is lost', async () => {
    await fill(5);
    const deleteBatch = service.deleteBatch.bind(service);
    service.deleteBatch = async (request) => {
      service.deleteBatch = deleteBatch;
      const receiptHandles = request.receiptHandles.slice(2);
      const result = await deleteBatch({ ...request, receiptHandles });
      if (result.kind !== 'ok') return result;
      const lost = { kind: 'staleHandle', error: 'lost' } as const;
      return {
        ...result,
        entries: [lost, { kind: 'throttled', error: 'slow' }, ...result.entries],
      };
    };
    expect(await redriveSlowly({ perSecond: 100 })).toMatchObject({ moved: 5, maybeDoubled: 1 });
    expect(service.script.count('deleteBatch')).toBe(2);
    await rig.runtime.advance(5000);
    expect(await rig.counts(dlq)).toEqual({ visible: 1, inFlight: 0 });
  });
});

describe('a FIFO queue of which some is passed over', () => {
  it.each([
    ['and locks those behind it', (id: string) => id === 'm20', 0, 'groupsLocked'],
    [
      'though it is the last of its group: nobody can see that',
      (id: string) => id !== 'm24',
      24,
      'groupsLocked',
    ],
    ['or nothing is', () => true, 25, 'empty'],
  ])('%s', async (_, chosen, moved, ended) => {
    const fifoDlq = await rig.makeQueue('work-dlq.fifo');
    await rig.makeQueue('work.fifo', 'work-dlq.fifo');
    for (let n = 0; n < 25; n += 1) {
      const message = { ...taskMessage(`m${n}`), groupId: 'g', deduplicationId: `d${n}` };
      await rig.put(fifoDlq, message);
    }
    const letters = deadLetters(service, 'work.fifo', { runtime: rig.runtime });
    const filter = ({ body }: { readonly body: string }): boolean =>
      chosen((JSON.parse(body) as { id: string }).id);
    expect(await rig.runtime.run(letters.redrive({ filter }))).toMatchObject({ moved, ended });
  });
});

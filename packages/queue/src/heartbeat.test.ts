import { sleep } from '@replyq/contract/transport';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FailureKind } from './queue-service.ts';
import { openQueueRig, type QueueRig } from './testing/queue-rig.ts';

let rig: QueueRig;

beforeEach(() => {
  rig = openQueueRig();
});

afterEach(async () => {
  await rig.close();
});

/** Every extension takes 100 ms; the n-th ends as `ends[n]` says, the others pass. */
function slowExtensions(ends: Readonly<Record<number, 'throttled' | 'lostAnswer'>>): void {
  let count = 0;
  rig.faults.changeVisibilityBatch = async (request) => {
    const end = ends[(count += 1)];
    await sleep(rig.runtime, 100);
    if (end === 'throttled') return { kind: 'throttled', error: 'slow down' };
    const result = await rig.service.changeVisibilityBatch(request);
    return end === 'lostAnswer' ? { kind: 'unknown', error: 'lost' } : result;
  };
}

/** Moves on in small steps; what is held must be so at each of them. */
async function expectHeld(queueUrl: string, inFlight: number, ms: number): Promise<void> {
  for (let elapsedMs = 0; elapsedMs < ms; elapsedMs += 50) {
    await rig.runtime.advance(50);
    expect(await rig.left(queueUrl)).toEqual({ visible: 0, inFlight });
  }
}

/** How many messages each extension was for. */
function sizes(): readonly number[] {
  return rig.script.requests('changeVisibilityBatch').map(({ entries }) => entries.length);
}

describe('no visibility is lost', () => {
  test.each([
    [1, 'throttled'],
    [2, 'throttled'],
    [3, 'throttled'],
    [1, 'lostAnswer'],
    [2, 'lostAnswer'],
  ] as const)('when extension %i of many is %s and each takes 100 ms', async (nth, end) => {
    const url = await rig.makeQueue('q');
    slowExtensions({ [nth]: end });
    const inbox = await rig.open(url);
    await rig.put(url, ['a']);
    await rig.take(inbox);
    await rig.runtime.advance(50);
    await rig.put(url, ['b']);
    await rig.take(inbox);
    await expectHeld(url, 2, 30_000);
    expect(rig.told('visibilityLost')).toEqual([]);
    expect(rig.told('settleFailed')).toHaveLength(2);
  });

  test.each(['invalid', 'staleHandle', 'denied', 'credentials'] as const)(
    'when a whole batch is %s',
    async (failure: FailureKind) => {
      const url = await rig.makeQueue('q');
      await rig.put(url, ['a', 'b']);
      await rig.take(await rig.open(url));
      rig.script.next('changeVisibilityBatch', { kind: 'fail', failure });
      await expectHeld(url, 2, 20_000);
      expect(rig.told('visibilityLost')).toEqual([]);
    },
  );
});

test('an entry that is refused by itself is let go of, and no other', async () => {
  const url = await rig.makeQueue('q');
  await rig.put(url, ['a', 'b']);
  const [a] = await rig.take(await rig.open(url));
  const failEntry = { kind: 'failEntry', index: 0, failure: 'invalid' } as const;
  rig.script.next('changeVisibilityBatch', failEntry);
  await rig.runtime.advance(9_999);
  expect(rig.told('visibilityLost')).toMatchObject([{ messageId: a?.messageId }]);
  expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 2 });
  await rig.runtime.advance(1);
  expect(await rig.left(url)).toEqual({ visible: 1, inFlight: 1 });
  await rig.runtime.advance(10_000);
  expect(await rig.left(url)).toEqual({ visible: 1, inFlight: 1 });
});

describe('a message that came after a beat', () => {
  test.each([
    ['just after it, is extended at the next one', 3400, [1, 2]],
    ['a little more than a sixth before the next one, is extended at it', 4990, [1, 2]],
    ['a little less than a sixth before the next one, is extended at the one after', 5010, [1, 1]],
  ])('%s', async (_, atMs, expected) => {
    const url = await rig.makeQueue('q');
    const inbox = await rig.open(url);
    await rig.put(url, ['a']);
    await rig.take(inbox);
    await rig.runtime.advance(atMs);
    await rig.put(url, ['b']);
    await rig.take(inbox);
    await rig.runtime.advance(6700 - atMs);
    expect(sizes()).toEqual(expected);
    await rig.runtime.advance(3400);
    expect(sizes().at(-1)).toBe(2);
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 2 });
  });
});

test('a message that cannot be extended for all its visibility is lost, and that is told', async () => {
  const url = await rig.makeQueue('q');
  await rig.put(url, ['a']);
  const [delivery] = await rig.take(await rig.open(url));
  rig.script.always('changeVisibilityBatch', { kind: 'fail', failure: 'throttled' });
  await rig.runtime.advance(9_900);
  expect(rig.told('visibilityLost')).toEqual([]);
  await rig.runtime.advance(1000);
  expect(rig.told('visibilityLost')).toMatchObject([{ messageId: delivery?.messageId }]);
  const attempts = rig.script.count('changeVisibilityBatch');
  expect(attempts).toBeGreaterThanOrEqual(4);
  expect(attempts).toBeLessThanOrEqual(12);
});

describe('F26: SQS hides a message for twelve hours from its receive on, and no longer', () => {
  const [HOUR_MS, MINUTE_MS] = [3_600_000, 60_000];

  test('it is held until a minute before, nothing is refused, and then its loss is told', async () => {
    const url = await rig.makeQueue('q');
    await rig.put(url, ['a']);
    const [delivery] = await rig.take(await rig.open(url));
    await rig.runtime.advance(12 * HOUR_MS - MINUTE_MS - 1);
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 1 });
    expect(rig.told('visibilityLost')).toEqual([]);
    await rig.runtime.advance(MINUTE_MS);
    expect(await rig.left(url)).toEqual({ visible: 1, inFlight: 0 });
    expect(rig.told('visibilityLost')).toMatchObject([{ messageId: delivery?.messageId }]);
    expect(rig.told('settleFailed')).toEqual([]);
  });

  test('one that is hidden for longer than half of that at a time is not given up at the first beat', async () => {
    const url = await rig.makeQueue('q');
    await rig.put(url, ['a']);
    await rig.take(await rig.open(url, { visibilityMs: 9 * HOUR_MS }));
    await rig.runtime.advance(11 * HOUR_MS);
    expect(rig.told('visibilityLost')).toEqual([]);
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 1 });
    expect(rig.told('settleFailed')).toEqual([]);
  });

  test('a pause that would reach further is cut, so that the message does not come back too soon', async () => {
    const url = await rig.makeQueue('q');
    await rig.put(url, ['a']);
    const inbox = await rig.open(url);
    const [delivery] = await rig.take(inbox);
    await rig.runtime.advance(11.9 * HOUR_MS);
    delivery?.release(15 * MINUTE_MS);
    await rig.runtime.run(inbox.flush());
    expect(rig.told('settleFailed')).toEqual([]);
    await rig.runtime.advance(4 * MINUTE_MS);
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 1 });
    await rig.runtime.advance(2 * MINUTE_MS);
    expect(await rig.left(url)).toEqual({ visible: 1, inFlight: 0 });
  });

  test('received again, it can be hidden for twelve hours more', async () => {
    const url = await rig.makeQueue('q');
    await rig.put(url, ['a']);
    const inbox = await rig.open(url);
    await rig.take(inbox);
    await rig.runtime.advance(6 * HOUR_MS);
    rig.script.always('changeVisibilityBatch', { kind: 'fail', failure: 'throttled' });
    await rig.runtime.advance(11_000);
    rig.script.heal();
    expect(await rig.take(inbox)).toEqual([]);
    await rig.runtime.advance(11 * HOUR_MS);
    expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 1 });
    expect(rig.told('visibilityLost')).toHaveLength(1);
  });
});

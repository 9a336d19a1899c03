import { readMessage } from '@replyq/contract/wire';
import { createVirtualRuntime } from '@replyq/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dead,
  openDeadLetterRig,
  packMessage,
  taskMessage,
  type DeadLetterRig,
} from '../testing/dead-letter-rig.ts';
import { doomedService, interruptedService, type Doom } from '../testing/doomed-service.ts';
import type { DeadLetter } from './dead-letter.ts';
import { deadLetters } from './dead-letters.ts';

/** Longer than what a run has read stays hidden. */
const HIDDEN_MS = 121_000;

const idOf = (letter: DeadLetter): string =>
  letter.input.kind === 'decoded' ? (letter.input.value as { id: string }).id : '?';

interface World {
  readonly rig: DeadLetterRig;
  readonly work: string;
  readonly dlq: string;
  readonly ids: readonly string[];
}

/** One message for each list: alone, or several in one. */
async function openWorld(messages: readonly (readonly string[])[], seed = 1): Promise<World> {
  const rig = openDeadLetterRig(createVirtualRuntime({ seed }));
  const dlq = await rig.makeQueue('work-dlq');
  const work = await rig.makeQueue('work', 'work-dlq');
  for (const ids of messages) {
    const message = ids.length === 1 ? taskMessage(ids[0]!) : packMessage(ids);
    await rig.put(dlq, dead(message, 'work'));
  }
  // Otherwise all were sent within the slack that a run gives the clocks.
  await rig.runtime.advance(5000);
  return { rig, work, dlq, ids: messages.flat() };
}

async function redriveAll({ rig }: World, filter?: (letter: DeadLetter) => boolean) {
  const { runtime, service } = rig;
  const options = filter === undefined ? {} : { filter };
  return runtime.run(deadLetters(service, 'work-dlq', { runtime }).redrive(options));
}

const sizes = [1, 1, 3, 1, 4, 1, 1, 1, 2, 1, 1, 1, 1, 1];
const messagesOf = (counts: readonly number[]): string[][] =>
  counts.map((count, at) => Array.from({ length: count }, (_, n) => `m${at}.${n}`));

/** Dies at call `at`; gives whether it came so far. */
async function dieAt(
  world: World,
  at: number,
  doom: Doom,
  filter?: (letter: DeadLetter) => boolean,
): Promise<boolean> {
  const { runtime, service } = world.rig;
  const doomed = doomedService(service, at, doom);
  const letters = deadLetters(doomed.service, 'work-dlq', { runtime });
  const run = letters.redrive(filter === undefined ? {} : { filter });
  await runtime.run(Promise.race([run, doomed.died]));
  return doomed.calls() >= at;
}

describe('M1: a redrive whose process dies at any of its calls', () => {
  it.each(['before', 'after'] as const)(
    'loses nothing, and another run moves the rest (%s the effect)',
    async (doom) => {
      let doubledInAll = 0;
      for (let at = 1; ; at += 1) {
        const world = await openWorld(messagesOf(sizes));
        const { dlq, ids, rig, work } = world;
        const reached = await dieAt(world, at, doom);
        await rig.runtime.advance(HIDDEN_MS);
        await redriveAll(world);
        const moved = await rig.ids(work);
        expect(new Set(moved), `dead at call ${at}`).toEqual(new Set(ids));
        const doubled = moved.length - ids.length;
        // What one batch may carry: its copies were sent, and their delete was not.
        expect(doubled).toBeLessThanOrEqual(sizes.slice(0, 10).reduce((sum, n) => sum + n));
        doubledInAll += doubled;
        expect(await rig.ids(dlq)).toEqual([]);
        if (!reached) break;
      }
      expect(doubledInAll).toBeGreaterThan(0);
    },
  );

  it('loses nothing of messages that are taken apart', async () => {
    const chosen = (letter: DeadLetter): boolean => letter.frame % 2 === 0;
    for (let at = 1; ; at += 1) {
      const world = await openWorld(messagesOf([3, 1, 4]));
      const { dlq, ids, rig, work } = world;
      const reached = await dieAt(world, at, 'after', chosen);
      await rig.runtime.advance(HIDDEN_MS);
      const both = [...(await rig.ids(work)), ...(await rig.ids(dlq))];
      expect(new Set(both), `dead at call ${at}`).toEqual(new Set(ids));
      if (!reached) {
        expect(both).toHaveLength(ids.length);
        break;
      }
    }
  });
});

describe('G1: a redrive of a FIFO queue whose process dies at any of its calls', () => {
  it.each(['before', 'after'] as const)(
    'moves each message once and in order, if it is run again within five minutes (%s the effect)',
    async (doom) => {
      for (let at = 1; ; at += 1) {
        const rig = openDeadLetterRig();
        const { runtime, service } = rig;
        const dlq = await rig.makeQueue('w-dlq.fifo');
        const work = await rig.makeQueue('w.fifo', 'w-dlq.fifo');
        for (let n = 0; n < 14; n += 1) {
          const message = dead(taskMessage(String(n)), 'w.fifo');
          await rig.put(dlq, { ...message, groupId: `g${n % 2}`, deduplicationId: `d${n}` });
        }
        const doomed = doomedService(service, at, doom);
        const run = deadLetters(doomed.service, 'w.fifo', { runtime }).redrive();
        await runtime.run(Promise.race([run, doomed.died]));
        await runtime.advance(HIDDEN_MS);
        await runtime.run(deadLetters(service, 'w.fifo', { runtime }).redrive());
        const back = await rig.drain(work);
        for (const group of [0, 1]) {
          const own = back.filter(({ groupId }) => groupId === `g${group}`);
          expect(
            own.map(({ body }) => body),
            `dead at call ${at}`,
          ).toEqual(
            Array.from({ length: 7 }, (_, n) => JSON.stringify({ id: String(n * 2 + group) })),
          );
        }
        expect(await rig.ids(dlq)).toEqual([]);
        if (doomed.calls() < at) break;
      }
    },
  );
});

describe('a redrive that is told to end at any of its calls', () => {
  it('finishes what it has begun: nothing is lost, doubled or left hidden', async () => {
    for (let at = 1; ; at += 1) {
      const world = await openWorld(messagesOf(sizes));
      const { dlq, ids, rig, work } = world;
      const { runtime } = rig;
      const ending = new AbortController();
      const interrupted = interruptedService(rig.service, at, () => ending.abort());
      const letters = deadLetters(interrupted.service, 'work-dlq', { runtime });
      const report = await runtime.run(letters.redrive({ signal: ending.signal }));
      expect((await rig.counts(dlq)).inFlight, `ended at call ${at}`).toBe(0);
      const moved = await rig.ids(work);
      const left = await rig.ids(dlq);
      expect([...moved, ...left].toSorted()).toEqual(ids.toSorted());
      expect(report.moved).toBe(moved.length);
      if (interrupted.calls() < at) {
        expect(report.ended).toBe('empty');
        break;
      }
    }
  });
});

describe('any redrive', () => {
  it('moves exactly what is chosen, and each of the others stays exactly once', async () => {
    const world = fc.record({
      counts: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 15 }),
      choice: fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
      seed: fc.integer({ min: 1, max: 1e6 }),
    });
    await fc.assert(
      fc.asyncProperty(world, async ({ choice, counts, seed }) => {
        const opened = await openWorld(messagesOf(counts), seed);
        const { dlq, ids, rig, work } = opened;
        const chosen = new Set(ids.filter((_, at) => choice[at % choice.length]));
        const report = await redriveAll(opened, (letter) => chosen.has(idOf(letter)));
        const moved = await rig.drain(work);
        for (const message of moved) expect(readMessage(message)).toHaveLength(1);
        const movedIds = moved.flatMap((message) =>
          readMessage(message).map(({ body }) => (JSON.parse(body) as { id: string }).id),
        );
        expect(movedIds.toSorted()).toEqual([...chosen].toSorted());
        expect((await rig.ids(dlq)).toSorted()).toEqual(
          ids.filter((id) => !chosen.has(id)).toSorted(),
        );
        expect(report).toMatchObject({
          moved: chosen.size,
          passedOver: ids.length - chosen.size,
          keptCount: 0,
          maybeDoubled: 0,
          ended: 'empty',
        });
      }),
      { numRuns: 200 },
    );
  });

  it('never loses an entry, wherever it dies', async () => {
    const world = fc.record({
      counts: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 12 }),
      choice: fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
      deaths: fc.array(
        fc.record({
          at: fc.integer({ min: 4, max: 30 }),
          doom: fc.constantFrom<Doom>('before', 'after'),
        }),
        { maxLength: 3 },
      ),
      seed: fc.integer({ min: 1, max: 1e6 }),
    });
    await fc.assert(
      fc.asyncProperty(world, async ({ choice, counts, deaths, seed }) => {
        const opened = await openWorld(messagesOf(counts), seed);
        const { dlq, ids, rig, work } = opened;
        const chosen = new Set(ids.filter((_, at) => choice[at % choice.length]));
        const filter = (letter: DeadLetter): boolean => chosen.has(idOf(letter));
        for (const { at, doom } of deaths) {
          await dieAt(opened, at, doom, filter);
          await rig.runtime.advance(HIDDEN_MS);
        }
        const report = await redriveAll(opened, filter);
        expect(report.ended).toBe('empty');
        expect(new Set(await rig.ids(work))).toEqual(chosen);
        expect(new Set(await rig.ids(dlq))).toEqual(new Set(ids.filter((id) => !chosen.has(id))));
      }),
      { numRuns: 200 },
    );
  });
});

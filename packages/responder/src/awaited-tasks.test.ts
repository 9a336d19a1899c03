// Tasks whose result somebody waits for, as one worker sees them.
import { defineContract, task } from '@replyq/contract';
import { sleep } from '@replyq/contract/transport';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { openAnswerer, type Ask, type Rig } from './testing/answerer-rig.ts';

const one = defineContract('one', {
  run: task({ input: z.unknown(), output: z.string(), progress: z.unknown() }),
});

let rig: Rig;
let value: unknown;

beforeEach(() => {
  value = { done: 1 };
  rig = openAnswerer({
    contract: one,
    handlers: {
      run: ({ progress }) => {
        progress(value);
        return 'done';
      },
    },
  });
});

const ask = (more: Ask = {}): Ask => ({ header: { task: 't1', progress: true }, ...more });
const REFUSED = 'http://elsewhere/000000000000/q#t1';

describe('a task whose reply address is refused', () => {
  test('is done all the same', async () => {
    expect(await rig.answer(ask({ frame: { replyTo: REFUSED } }))).toEqual({ kind: 'ack' });
    expect(rig.kinds()).toEqual(['replyUndeliverable', 'handlerStarted', 'handlerSettled']);
  });

  test.each([{ v: 2 }, { '!new': 1 }])(
    'is left to a newer worker where its header says %j',
    async (header) => {
      const newer = ask({ header: { task: 't1', ...header }, frame: { replyTo: REFUSED } });
      expect(await rig.answer(newer)).toMatchObject({ kind: 'release' });
      expect(rig.kinds()).toEqual(['requestRefused', 'taskRetried']);
    },
  );

  test('is kept with the dead letters where nobody can read it', async () => {
    const broken = ask({ header: { task: 't1', due: 1.5 }, frame: { replyTo: REFUSED } });
    expect(await rig.answer(broken)).toEqual({ kind: 'ack' });
    expect(rig.tasks.dead).toHaveLength(1);
  });
});

describe('a task that returned what cannot be sent', () => {
  const loose = defineContract('loose', {
    run: task({ input: z.unknown(), output: z.any(), timeoutMs: 1000 }),
  });
  const deep: unknown = JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`);
  const results: [string, unknown, string][] = [
    ['too large', 'x'.repeat(1_100_000), 'PAYLOAD_TOO_LARGE'],
    ['too many values', Array.from({ length: 250_000 }, () => 1), 'PAYLOAD_TOO_LARGE'],
    ['too deep', deep, 'PAYLOAD_TOO_LARGE'],
    ['a function', () => 1, 'INTERNAL_SERVER_ERROR'],
    ['a stream', (async function* () {})(), 'UNSUPPORTED_MEDIA_TYPE'],
  ];
  let runs: number;
  const open = (result: unknown, takesMs = 0): Rig => {
    runs = 0;
    const handlers = {
      run: async () => {
        runs += 1;
        if (takesMs > 0) await sleep(late.runtime, takesMs);
        return result;
      },
    };
    const late: Rig = openAnswerer({ contract: loose, handlers, graceMs: 1000 });
    return late;
  };

  test.each(results)('(%s) is done, and says so', async (_, result, code) => {
    rig = open(result);
    expect(await rig.answer(ask())).toEqual({ kind: 'ack' });
    expect(rig.error()).toMatchObject({ code, ran: true });
    expect(rig.events).toMatchObject([
      { kind: 'handlerStarted' },
      { kind: 'handlerSettled', outcome: code },
      { kind: 'replySent' },
    ]);
    expect(rig.tasks.dead).toEqual([]);
    // It is remembered, as a result is.
    expect(await rig.answer(ask({ receiveCount: 2 }))).toEqual({ kind: 'ack' });
    expect(rig.error()).toMatchObject({ code });
    expect(runs).toBe(1);
  });

  test.each(results)('(%s) is done where nobody waits', async (_, result) => {
    rig = open(result);
    expect(await rig.answer(ask({ task: true }))).toEqual({ kind: 'ack' });
    expect(rig.kinds()).toEqual(['handlerStarted', 'handlerSettled']);
    expect(rig.replies).toEqual([]);
    expect(await rig.answer(ask({ task: true, receiveCount: 2 }))).toEqual({ kind: 'ack' });
    expect(runs).toBe(1);
  });

  test('after nobody waited for its run any more is done, too', async () => {
    rig = open(() => 1, 5000);
    expect(await rig.answer(ask())).toMatchObject({ kind: 'release' });
    await rig.runtime.advance(5000);
    expect(await rig.answer(ask({ receiveCount: 2 }))).toEqual({ kind: 'ack' });
    expect(rig.error()).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', ran: true });
    expect(runs).toBe(1);
  });

  test('is tried again where it does not fit its schema: that failed in its run', async () => {
    const strict = defineContract('strict', { run: task({ output: z.string() }) });
    const wrong = 5 as unknown as string;
    rig = openAnswerer({ contract: strict, handlers: { run: () => wrong } });
    expect(await rig.answer(ask())).toMatchObject({ kind: 'release' });
    expect(rig.kinds()).toEqual(['handlerStarted', 'handlerSettled', 'taskRetried']);
  });
});

describe('progress', () => {
  test('of each run is newer than all of the run before, though the queue tells its time by the second', async () => {
    await rig.answer(ask({ ageMs: 1999 }));
    // Received again at once: its age is told as one of whole seconds.
    const sentAtMs = rig.runtime.nowMs() - 1999;
    await rig.answer(
      ask({ sentAtMs, ageMs: 1000, receiveCount: 2, header: { task: 't2', progress: true } }),
    );
    const events = rig.replies.filter(({ header }) => header?.['kind'] === 'event');
    const [first, second] = events.map(({ header }) => Number(header?.['seq']));
    expect(second).toBeGreaterThan(Number(first));
  });

  test('that throws what cannot be printed is left out, and rejects nowhere', async () => {
    const unhandled = vi.fn<() => void>();
    process.on('unhandledRejection', unhandled);
    value = {
      get part() {
        // oxlint-disable-next-line only-throw-error
        throw Object.create(null);
      },
    };
    expect(await rig.answer(ask())).toEqual({ kind: 'ack' });
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    expect(rig.events).toContainEqual(expect.objectContaining({ kind: 'progressLost' }));
  });
});

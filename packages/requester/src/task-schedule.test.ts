import { defineContract, task } from '@replyq/contract';
import { sleep, type ScheduleStore } from '@replyq/contract/transport';
import { createMemoryQueueService, memoryTransport } from '@replyq/memory';
import type { QueueService, ReceivedMessage } from '@replyq/queue';
import { createVirtualRuntime, ScriptedQueueService, type VirtualRuntime } from '@replyq/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createRequester, type Requester } from './create-requester.ts';
import type { EnqueueResult } from './tasks-of.ts';

const mail = defineContract('mail', {
  send: task({ input: z.string() }),
  later: task({ delayMs: 5000 }),
});
const KEY = '["mail","mail","send","k"]';
const TWO_WEEKS_MS = 1_209_600_000;

let runtime: VirtualRuntime;
let memory: QueueService;
let service: ScriptedQueueService;
let requester: Requester;
let transport: ReturnType<typeof memoryTransport>;
/** What the store was asked and the queue was sent, in order. */
let log: unknown[];
let store: ScheduleStore;
/** What the next ask of that name fails with. */
let failures: Partial<Record<keyof ScheduleStore, Error>>;

beforeEach(async () => {
  runtime = createVirtualRuntime();
  memory = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
  service = new ScriptedQueueService(memory);
  transport = memoryTransport({ service, runtime, packing: { framesPerMessage: 8 } });
  log = [];
  failures = {};
  let number = 0;
  const told = async (name: keyof ScheduleStore, ...rest: readonly unknown[]): Promise<void> => {
    log.push([name, ...rest]);
    const failure = failures[name];
    if (failure !== undefined) throw failure;
  };
  store = {
    number: async (key, keepMs) => {
      await told('number', key, keepMs);
      return (number += 1);
    },
    sent: async (key, which) => told('sent', key, which),
    cancel: async (key) => {
      await told('cancel', key);
      return true;
    },
    begin: () => true,
  };
  requester = createRequester({ transport, schedules: store });
  await memory.createQueue({ name: 'mail' });
});

afterEach(async () => {
  await runtime.run(requester.close());
  await runtime.run(transport.close());
  expect(runtime.timerCount()).toBe(0);
});

async function messages(queue = 'mail'): Promise<readonly ReceivedMessage[]> {
  const found = await memory.getQueueUrl({ name: queue });
  if (found.kind !== 'ok') throw new Error(found.kind);
  const receive = { queueUrl: found.queueUrl, maxMessages: 10, waitMs: 0, visibilityMs: 60_000 };
  const received = await memory.receive(receive);
  if (received.kind !== 'ok') throw new Error(received.kind);
  return received.messages;
}

function enqueue(options: object = { scheduleKey: 'k' }): Promise<unknown> {
  return runtime.run(requester.tasks(mail).send.enqueue('x', options));
}

test('the store gives the number before the task is sent, and is told after', async () => {
  const sendBatch = memory.sendBatch.bind(memory);
  memory.sendBatch = (request) => {
    log.push('send');
    return sendBatch(request);
  };
  await enqueue();
  expect(log).toEqual([['number', KEY, TWO_WEEKS_MS], 'send', ['sent', KEY, 1]]);
  const [message] = await messages();
  const header = JSON.parse(String(message?.attributes['replyq']?.value)) as object;
  expect(header).toMatchObject({ '!schedule': { key: 'k', number: 1 } });
});

test('the store knows the key for two weeks past the time when the task is due', async () => {
  await enqueue({ scheduleKey: 'k', delayMs: 3_600_000 });
  await runtime.run(requester.tasks(mail).later.enqueue(undefined, { scheduleKey: 'k' }));
  expect(log).toContainEqual(['number', KEY, 3_600_000 + TWO_WEEKS_MS]);
  expect(log).toContainEqual(['number', '["mail","mail","later","k"]', 5000 + TWO_WEEKS_MS]);
});

test('a task without a key costs the store nothing and has no critical field', async () => {
  await enqueue({});
  expect(log).toEqual([]);
  const [message] = await messages();
  expect(String(message?.attributes['replyq']?.value)).not.toContain('!');
});

test('tasks with keys are numbered in the order in which they are given, and share no message', async () => {
  const tasks = ['a', 'b', 'c'].map((input) => ({ input, scheduleKey: 'k' }));
  const results = await runtime.run(requester.tasks(mail).send.enqueueMany(tasks));
  expect(results.every(({ ok }) => ok)).toBe(true);
  const found = await messages();
  const numbers = found.map(({ attributes, body }) => [
    body,
    (JSON.parse(String(attributes['replyq']?.value)) as { '!schedule': { number: number } })[
      '!schedule'
    ].number,
  ]);
  expect(new Map(numbers as [string, number][])).toEqual(
    new Map([
      ['"a"', 1],
      ['"b"', 2],
      ['"c"', 3],
    ]),
  );
});

describe('of many on a FIFO queue, some of them with keys,', () => {
  const bodies = ['"a"', '"b"', '"c"', '"d"'];
  const some = [
    { input: 'a', scheduleKey: 'k' },
    { input: 'b' },
    { input: 'c', scheduleKey: 'l' },
    { input: 'd' },
  ];

  beforeEach(async () => {
    await memory.createQueue({ name: 'mail.fifo', attributes: { fifo: true } });
  });

  function enqueueSome(): Promise<readonly EnqueueResult[]> {
    const { send } = requester.tasks(mail, { queue: 'mail.fifo' });
    return runtime.run(send.enqueueMany(some, { groupId: 'g' }));
  }

  test('the order is kept, however long the store takes', async () => {
    const number = store.number.bind(store);
    store.number = async (key, keepMs) => {
      await sleep(runtime, key.includes('"k"') ? 500 : 100);
      return number(key, keepMs);
    };
    expect((await enqueueSome()).every(({ ok }) => ok)).toBe(true);
    expect((await messages('mail.fifo')).map(({ body }) => body)).toEqual(bodies);
  });

  test('what gets no number is not sent, and the others are', async () => {
    const number = store.number.bind(store);
    store.number = (key, keepMs) => {
      if (key.includes('"k"')) throw new Error('no disk');
      return number(key, keepMs);
    };
    const codes = (await enqueueSome()).map((end) => end.ok || end.error.code);
    expect(codes).toEqual(['NOT_SENT', true, true, true]);
    expect((await messages('mail.fifo')).map(({ body }) => body)).toEqual(bodies.slice(1));
  });

  test('what is given up before it has a number asks for none', async () => {
    const signal = AbortSignal.abort();
    const { send } = requester.tasks(mail);
    const [end] = await runtime.run(send.enqueueMany(some.slice(0, 1), { signal }));
    expect(end).toMatchObject({ ok: false, error: { code: 'CANCELLED' } });
    expect(log).toEqual([]);
  });
});

describe('when something fails', () => {
  test('nothing is sent without a number', async () => {
    failures.number = new Error('no disk');
    await expect(enqueue()).rejects.toMatchObject({ code: 'NOT_SENT', maybeExecuted: false });
    expect(await messages()).toEqual([]);
  });

  describe('the store never answers', () => {
    const never = (): Promise<never> => new Promise(() => {});
    const limited = { limitMs: 30_000 };

    test('to a number: nothing is sent, and who enqueues is told', async () => {
      store.number = never;
      await expect(enqueue()).rejects.toMatchObject({ code: 'NOT_SENT' });
      expect(await messages()).toEqual([]);
    });

    test('that the queue has the task: whoever enqueues is told so', async () => {
      store.sent = never;
      await expect(enqueue()).rejects.toMatchObject({ code: 'SEND_UNKNOWN', maybeExecuted: true });
      expect(await messages()).toHaveLength(1);
    });

    test('to a cancel: nobody knows', async () => {
      store.cancel = never;
      const cancelling = requester.tasks(mail).send.cancel('k');
      const expected = { code: 'SERVICE_UNAVAILABLE' };
      await expect(runtime.run(cancelling, limited)).rejects.toMatchObject(expected);
    });
  });

  test('a task that was not sent replaces nothing', async () => {
    service.script.next('sendBatch', { kind: 'fail', failure: 'denied' });
    await expect(enqueue()).rejects.toMatchObject({ maybeExecuted: false });
    expect(log).toEqual([['number', KEY, TWO_WEEKS_MS]]);
  });

  test('a task that may have been sent replaces nothing before it comes to a worker', async () => {
    service.script.always('sendBatch', { kind: 'fail', failure: 'unknown' });
    await expect(enqueue({ scheduleKey: 'k', timeoutMs: 100 })).rejects.toMatchObject({
      code: 'SEND_UNKNOWN',
    });
    expect(log).toEqual([['number', KEY, TWO_WEEKS_MS]]);
  });

  test('whoever enqueues is told where the store was not', async () => {
    failures.sent = new Error('no disk');
    const expected = { code: 'SEND_UNKNOWN', maybeExecuted: true };
    await expect(enqueue()).rejects.toMatchObject(expected);
    expect(await messages()).toHaveLength(1);
  });

  test('a signal that aborts while the store is asked ends it unsent', async () => {
    const controller = new AbortController();
    const number = store.number.bind(store);
    Object.assign(store, {
      number: (...args: Parameters<typeof number>) => {
        controller.abort();
        return number(...args);
      },
    });
    const options = { scheduleKey: 'k', signal: controller.signal };
    await expect(enqueue(options)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await messages()).toEqual([]);
  });
});

describe('cancel', () => {
  test('says what the store says', async () => {
    expect(await requester.tasks(mail).send.cancel('k')).toBe(true);
    expect(log).toEqual([['cancel', KEY]]);
  });

  test('rejects where the store does', async () => {
    failures.cancel = new Error('no disk');
    const expected = { code: 'SERVICE_UNAVAILABLE', procedure: 'send', queue: 'mail' };
    await expect(requester.tasks(mail).send.cancel('k')).rejects.toMatchObject(expected);
  });
});

describe('is refused before anything is sent', () => {
  test.each([
    [{ scheduleKey: '' }, 'scheduleKey: expected 1 to 128'],
    [{ scheduleKey: 'two words' }, 'scheduleKey: expected'],
    [{ scheduleKey: 'é' }, 'scheduleKey: expected'],
    [{ scheduleKey: 'k'.repeat(129) }, 'scheduleKey: expected'],
    [{ scheduleKey: 7 }, 'scheduleKey: expected'],
    [{ scheduleKey: null }, 'scheduleKey: expected'],
    [{ scheduleKey: 'k', deduplicationId: 'd' }, 'of which the first counts'],
  ])('%j', async (options, message) => {
    await expect(enqueue(options)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining(message) as string,
    });
    const { cancel } = requester.tasks(mail).send;
    if (!('deduplicationId' in options))
      await expect(cancel(options.scheduleKey as string)).rejects.toThrow('scheduleKey: expected');
    expect(log).toEqual([]);
  });

  test('a key without a store', async () => {
    const bare = createRequester({ transport });
    const { send } = bare.tasks(mail);
    const message = 'needs the schedule store that the workers have';
    await expect(send.enqueue('x', { scheduleKey: 'k' })).rejects.toThrow(message);
    await expect(send.cancel('k')).rejects.toThrow(message);
    expect(await messages()).toEqual([]);
    await runtime.run(bare.close());
  });
});

test.each([
  [null, 'schedules has no number'],
  [{}, 'schedules has no number'],
  [7, 'schedules has no number'],
  [{ number: () => 1, sent: () => {}, cancel: () => true }, 'schedules has no begin'],
])('%o as a schedule store is refused', (schedules, message) => {
  const options = { transport, schedules: schedules as unknown as ScheduleStore };
  expect(() => createRequester(options)).toThrow(
    expect.objectContaining({
      code: 'BAD_REQUEST',
      message: `${message}: expected a schedule store, as sqliteScheduleStore makes.`,
    }),
  );
});

import { defineContract, mutation, query, task } from '@replyq/contract';
import { sleep } from '@replyq/contract/transport';
import { createMemoryQueueService, memoryTransport } from '@replyq/memory';
import type { QueueService, ReceivedMessage } from '@replyq/queue';
import { createVirtualRuntime, ScriptedQueueService, type VirtualRuntime } from '@replyq/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createRequester, type Requester } from './create-requester.ts';
import type { TasksOf } from './tasks-of.ts';

const mail = defineContract('mail', {
  send: task({ input: z.unknown(), timeoutMs: 60_000 }),
  later: task({ delayMs: 5000 }),
  note: mutation({ input: z.string() }),
  inner: { ping: task() },
  ask: query({ output: z.string() }),
});
const DAY_MS = 86_400_000;

let runtime: VirtualRuntime;
let memory: QueueService;
let service: ScriptedQueueService;
let transport: ReturnType<typeof memoryTransport>;
let requester: Requester;
let tasks: TasksOf<typeof mail>;

async function open(options: { readonly framesPerMessage?: number } = {}): Promise<void> {
  runtime = createVirtualRuntime();
  memory = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
  service = new ScriptedQueueService(memory);
  const { framesPerMessage } = options;
  const packing = framesPerMessage === undefined ? {} : { packing: { framesPerMessage } };
  transport = memoryTransport({ service, runtime, ...packing });
  requester = createRequester({ transport });
  tasks = requester.tasks(mail);
  await memory.createQueue({ name: 'mail', attributes: {}, tags: {} });
  await memory.createQueue({ name: 'mail.fifo', attributes: { fifo: true }, tags: {} });
}

beforeEach(() => open());

afterEach(async () => {
  await runtime.run(requester.close());
  await runtime.run(transport.close());
  expect(runtime.timerCount()).toBe(0);
});

/** What is in the queue now. */
async function messages(queue = 'mail'): Promise<readonly ReceivedMessage[]> {
  const found = await memory.getQueueUrl({ name: queue });
  if (found.kind !== 'ok') throw new Error(found.kind);
  const all: ReceivedMessage[] = [];
  for (;;) {
    const receive = { queueUrl: found.queueUrl, maxMessages: 10, waitMs: 0, visibilityMs: 60_000 };
    const received = await memory.receive(receive);
    if (received.kind !== 'ok') throw new Error(received.kind);
    if (received.messages.length === 0) return all;
    all.push(...received.messages);
  }
}

function headerOf(message: ReceivedMessage | undefined): Record<string, unknown> {
  return JSON.parse(String(message?.attributes['replyq']?.value)) as Record<string, unknown>;
}

test('a task is in the queue when its handle is there', async () => {
  const metadata = { tenant: 'a' };
  const handle = await runtime.run(
    tasks.send.enqueue({ to: 'ann' }, { metadata, attributes: { colour: 'red' } }),
  );
  const [message, ...others] = await messages();
  expect(others).toEqual([]);
  expect(handle).toEqual({
    id: expect.stringMatching(/^[\w-]{22}$/),
    messageId: message?.messageId,
    procedure: 'send',
    queue: 'mail',
  });
  expect(message?.body).toBe('{"to":"ann"}');
  expect(Object.keys(message?.attributes ?? {}).toSorted()).toEqual([
    'colour',
    'replyq',
    'replyq.procedure',
  ]);
  expect(headerOf(message)).toEqual({
    v: 1,
    type: 'mutation',
    contract: 'mail',
    at: runtime.nowMs(),
    content: 'json',
    task: handle.id,
    timeoutMs: 60_000,
    meta: metadata,
  });
});

test('no reply queue is made for it, and nothing is asked but where the queue is', async () => {
  await runtime.run(tasks.inner.ping.enqueue());
  for (const operation of ['createQueue', 'receive', 'tagQueue'] as const)
    expect(service.script.count(operation)).toBe(0);
  expect(service.script.count('getQueueUrl')).toBe(1);
  expect(service.script.count('sendBatch')).toBe(1);
});

test('what asks for an answer is no task', () => {
  expect(Object.keys(tasks)).toEqual(['send', 'later', 'note', 'inner']);
  // @ts-expect-error: a query cannot be enqueued.
  expect(tasks.ask).toBeUndefined();
});

describe('a delay', () => {
  test.each([
    [1, 1000],
    [1500, 2000],
    [900_000, 900_000],
  ])('of %i ms is the queue’s own, for %i ms', async (delayMs, heldMs) => {
    await runtime.run(tasks.send.enqueue(1, { delayMs }));
    await runtime.advance(heldMs - 1);
    expect(await messages()).toEqual([]);
    await runtime.advance(1);
    const [message] = await messages();
    expect(headerOf(message)).not.toHaveProperty('due');
  });

  test('that is longer is in the task, and the queue holds it back for 15 minutes', async () => {
    await runtime.run(tasks.send.enqueue(1, { delayMs: 30 * DAY_MS }));
    const due = runtime.nowMs() + 30 * DAY_MS;
    await runtime.advance(900_000);
    const [message] = await messages();
    expect(headerOf(message)['due']).toBe(due);
  });

  test('is the procedure’s where the task says none, and can be said away', async () => {
    await runtime.run(tasks.later.enqueue());
    expect(await messages()).toEqual([]);
    await runtime.run(tasks.later.enqueue(undefined, { delayMs: 0 }));
    expect(await messages()).toHaveLength(1);
  });
});

describe('on a FIFO queue', () => {
  const fifo = (): TasksOf<typeof mail> => requester.tasks(mail, { queue: 'mail.fifo' });

  test('a task has its group and deduplication id', async () => {
    const options = { groupId: 'ann', deduplicationId: 'order-5' };
    await runtime.run(fifo().send.enqueue(1, options));
    await runtime.run(fifo().send.enqueue(2, options));
    const [message, ...others] = await messages('mail.fifo');
    expect(others).toEqual([]);
    expect(message).toMatchObject({ groupId: 'ann', body: '1' });
    expect(headerOf(message)).toMatchObject({ dedup: 'order-5' });
  });

  test('the deduplication id of one procedure is not that of another', async () => {
    const options = { groupId: 'ann', deduplicationId: 'order-5' };
    await runtime.run(fifo().send.enqueue(1, options));
    await runtime.run(fifo().note.enqueue('x', options));
    await runtime.run(fifo().note.enqueue('y', options));
    expect((await messages('mail.fifo')).map(({ body }) => body)).toEqual(['1', '"x"']);
  });

  test('tasks without either are each their own', async () => {
    await runtime.run(Promise.all([fifo().send.enqueue(1), fifo().send.enqueue(1)]));
    const groups = (await messages('mail.fifo')).map(({ groupId }) => groupId);
    expect(new Set(groups).size).toBe(2);
  });

  test('a delay is refused, also the procedure’s', async () => {
    const message = expect.stringContaining('is a FIFO queue, which delays no single message');
    const refused = { code: 'BAD_REQUEST', message };
    await expect(fifo().send.enqueue(1, { delayMs: 1 })).rejects.toMatchObject(refused);
    await expect(fifo().later.enqueue()).rejects.toMatchObject(refused);
  });
});

describe('is refused before anything is sent', () => {
  afterEach(() => expect(service.script.count('sendBatch')).toBe(0));

  test.each([
    [{ delayMs: -1 }, 'delayMs is -1: expected 0 to 315360000000.'],
    [{ delayMs: Number.NaN }, 'delayMs is NaN'],
    [{ delayMs: 11 * 365 * DAY_MS }, 'delayMs is 346896000000: expected 0 to'],
    [{ deduplicationId: '' }, 'deduplicationId: expected 1 to 128 printable ASCII characters'],
    [{ deduplicationId: 'a b' }, 'deduplicationId: expected'],
    [{ deduplicationId: 7 as unknown as string }, 'deduplicationId: expected'],
    [{ deduplicationId: 'x'.repeat(129) }, 'deduplicationId: expected'],
    [{ groupId: 'x'.repeat(129) }, 'groupId: expected 1 to 128'],
    [{ timeoutMs: 0 }, 'timeoutMs is 0: expected more than 0'],
    [{ metadata: { a: 'x'.repeat(9000) } }, 'Metadata of more than 8192 bytes'],
    [{ attributes: { replyq: 'x' } }, 'attributes: "replyq" is reserved'],
  ])('%.60j', async (options, message) => {
    await expect(tasks.send.enqueue(1, options)).rejects.toMatchObject({
      procedure: 'send',
      queue: 'mail',
      maybeExecuted: false,
      message: expect.stringContaining(message),
    });
  });

  test('what cannot be encoded', async () => {
    const error = await tasks.send.enqueue(() => 1).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'BAD_REQUEST', maybeExecuted: false });
  });

  test('an input for a task that takes none', async () => {
    await expect(tasks.later.enqueue(5 as never)).rejects.toThrow('"later" takes no input');
  });

  test('many, if one of them is wrong', async () => {
    const many = [{ input: 1 }, { input: 2, delayMs: -5 }, { input: 3 }];
    await expect(tasks.send.enqueueMany(many)).rejects.toThrow('delayMs is -5');
  });

  test('everything, once the requester is closed', async () => {
    await runtime.run(requester.close());
    await expect(tasks.send.enqueue(1)).rejects.toMatchObject({ code: 'CLOSED' });
  });

  test('what its signal has ended', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(tasks.send.enqueue(1, { signal })).rejects.toMatchObject({
      code: 'CANCELLED',
      cause: { message: 'enough' },
    });
  });
});

describe('what the queue says', () => {
  test('a queue that does not exist: surely not sent', async () => {
    const none = requester.tasks(mail, { queue: 'none' });
    await expect(runtime.run(none.send.enqueue(1))).rejects.toMatchObject({
      code: 'NOT_SENT',
      maybeExecuted: false,
      queue: 'none',
    });
  });

  test('nothing: perhaps it was taken', async () => {
    service.script.always('sendBatch', { kind: 'fail', failure: 'unknown' });
    await expect(runtime.run(tasks.send.enqueue(1, { timeoutMs: 1000 }))).rejects.toMatchObject({
      code: 'SEND_UNKNOWN',
      maybeExecuted: true,
    });
    service.script.heal();
  });

  test('in time, or it is not sent at all', async () => {
    service.script.always('sendBatch', { kind: 'fail', failure: 'throttled' });
    await expect(runtime.run(tasks.send.enqueue(1, { timeoutMs: 1000 }))).rejects.toMatchObject({
      code: 'NOT_SENT',
      maybeExecuted: false,
    });
    service.script.heal();
    await runtime.advance(60_000);
    expect(await messages()).toEqual([]);
  });

  test('a signal that aborts while it tries', async () => {
    service.script.always('sendBatch', { kind: 'fail', failure: 'throttled' });
    const abort = new AbortController();
    const enqueued = tasks.send.enqueue(1, { signal: abort.signal });
    await runtime.advance(100);
    abort.abort();
    service.script.heal();
    await expect(runtime.run(enqueued)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await messages()).toEqual([]);
  });
});

describe('many', () => {
  const inputs = Array.from({ length: 25 }, (_, input) => ({ input }));

  test('go ten to a request, and each has its own message', async () => {
    const results = await runtime.run(tasks.send.enqueueMany(inputs));
    expect(new Set(results.map((each) => each.ok && each.task.messageId)).size).toBe(25);
    expect((await messages()).map(({ body }) => Number(body)).toSorted((a, b) => a - b)).toEqual(
      inputs.map(({ input }) => input),
    );
    expect(service.script.count('sendBatch')).toBe(3);
  });

  test('share messages where the transport says what the workers take', async () => {
    await open({ framesPerMessage: 8 });
    const notes = inputs.map(({ input }) => ({ input: String(input) }));
    const results = await runtime.run(tasks.note.enqueueMany(notes));
    expect(new Set(results.map((each) => each.ok && each.task.messageId)).size).toBe(4);
    expect(new Set(results.map((each) => each.ok && each.task.id)).size).toBe(25);
    // A run of it may take a minute: others should not be repeated with it.
    const slow = await runtime.run(tasks.send.enqueueMany(inputs));
    expect(new Set(slow.map((each) => each.ok && each.task.messageId)).size).toBe(25);
  });

  test('are told each what became of it', async () => {
    const large = 'x'.repeat(2 ** 20);
    const results = await runtime.run(
      tasks.send.enqueueMany([{ input: 1 }, { input: large }, { input: 3 }]),
    );
    expect(results).toMatchObject([
      { ok: true },
      { ok: false, error: { code: 'PAYLOAD_TOO_LARGE', maybeExecuted: false } },
      { ok: true },
    ]);
  });

  test('have the options of all, and their own', async () => {
    await runtime.run(
      tasks.send.enqueueMany([{ input: 1 }, { input: 2, metadata: { who: 'me' } }], {
        metadata: { who: 'all' },
      }),
    );
    const meta = (await messages()).map((message) => headerOf(message)['meta']);
    expect(meta).toEqual([{ who: 'all' }, { who: 'me' }]);
  });

  test('may be none', async () => {
    expect(await tasks.send.enqueueMany([])).toEqual([]);
  });

  test('may be more than an outbox holds', async () => {
    const results = await runtime.run(
      tasks.send.enqueueMany(Array.from({ length: 12_000 }, (_, input) => ({ input }))),
    );
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
    expect(results).toHaveLength(12_000);
  });

  test('may take longer than each of them may', async () => {
    const send = service.sendBatch.bind(service);
    service.sendBatch = async (request) => {
      await sleep(runtime, 100, { keepAlive: true });
      return send(request);
    };
    const many = Array.from({ length: 9000 }, (_, input) => ({ input }));
    const results = await runtime.run(tasks.send.enqueueMany(many, { timeoutMs: 4000 }));
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
    expect(runtime.monotonicMs()).toBeGreaterThan(4000);
  });
});

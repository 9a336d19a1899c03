// Tasks whose result is waited for, as their producer sees them: nobody works here.
import { getEventListeners } from 'node:events';
import { defineContract, RpcError, task } from '@replyq/contract';
import type { ReplyqEvent, Transport } from '@replyq/contract/transport';
import { encodeErrorBody, type HeaderRecord } from '@replyq/contract/wire';
import { createMemoryQueueService, memoryTransport } from '@replyq/memory';
import type { QueueService, ReceivedMessage } from '@replyq/queue';
import { createVirtualRuntime, ScriptedQueueService, type VirtualRuntime } from '@replyq/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { AwaitedEnd } from './awaited-end.ts';
import { createRequester, type Requester } from './create-requester.ts';
import type { PendingCall } from './pending-call.ts';
import { waitFor } from './task-results.ts';
import type { AwaitedTask, TasksOf } from './tasks-of.ts';

const jobs = defineContract('jobs', {
  run: task({ input: z.number(), output: z.number(), progress: z.number() }),
});

const FAILED = encodeErrorBody({ message: 'no', code: 'CONFLICT', data: {} });

let runtime: VirtualRuntime;
let memory: QueueService;
let service: ScriptedQueueService;
let transport: Transport;
let requester: Requester;
let run: TasksOf<typeof jobs>['run'];
let events: ReplyqEvent[];

beforeEach(async () => {
  runtime = createVirtualRuntime();
  events = [];
  memory = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
  service = new ScriptedQueueService(memory);
  transport = memoryTransport({ service, runtime });
  requester = createRequester({ transport, observer: (event) => events.push(event) });
  ({ run } = requester.tasks(jobs));
  await memory.createQueue({ name: 'jobs', attributes: {}, tags: {} });
});

afterEach(async () => {
  service.script.heal();
  await runtime.run(requester.close());
  await runtime.run(transport.close());
  await runtime.advance(60_000);
  expect(runtime.timerCount()).toBe(0);
});

async function failureOf(promise: Promise<unknown>): Promise<RpcError> {
  const settled = promise.then(
    (value) => new Error(`resolved with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  const error = await runtime.run(settled);
  if (RpcError.is(error)) return error;
  throw error;
}

/** What the queue has. */
async function messages(): Promise<readonly ReceivedMessage[]> {
  const found = await memory.getQueueUrl({ name: 'jobs' });
  if (found.kind !== 'ok') throw new Error(found.kind);
  const { queueUrl } = found;
  const received = await memory.receive({
    queueUrl,
    maxMessages: 10,
    waitMs: 0,
    visibilityMs: 1000,
  });
  if (received.kind !== 'ok') throw new Error(received.kind);
  return received.messages;
}

/** How many tasks that are. */
const arrived = async (): Promise<number> => (await messages()).length;

/** What is on its way until it is let go. */
function held(): { readonly until: Promise<void>; readonly letGo: () => void } {
  const { promise: until, resolve: letGo } = Promise.withResolvers<void>();
  return { until, letGo };
}

const enqueue = (): Promise<AwaitedTask<number>> => runtime.run(run.enqueue(1, { result: true }));

/** A message as a worker sends it to whoever waits for the task. */
async function reply(id: string, header: HeaderRecord, body: string): Promise<void> {
  const replies = await transport.openReplies('jobs', {});
  const queues = await memory.listQueues({ prefix: '__Requester' });
  const [host = ''] = queues.kind === 'ok' ? queues.queueUrls : [];
  const route = replies.route(`${host}#${id}`);
  if (route.kind !== 'route') throw new Error(route.rule);
  const { virtualQueue = '' } = route;
  const sent = route.outbox.send({
    deadlineMs: runtime.monotonicMs() + 1000,
    withdrawn: () => false,
    encode: () => ({ header, body, attributes: {}, virtualQueue }),
  });
  await runtime.run(sent);
  await runtime.advance(1000);
  replies.close();
}

/** Progress as a worker tells it. */
const tell = (task: AwaitedTask<number>, value: number): Promise<void> =>
  reply(task.id, { v: 1, kind: 'event', seq: value, content: 'json' }, String(value));

describe('a task whose reply queue is not there yet', () => {
  beforeEach(() => service.script.always('createQueue', { kind: 'hold' }));

  test('is given up at once when its signal aborts', async () => {
    const giveUp = new AbortController();
    const failure = failureOf(run.enqueue(1, { result: true, signal: giveUp.signal }));
    giveUp.abort();
    expect(await failure).toMatchObject({ code: 'CANCELLED', maybeExecuted: false });
    expect(runtime.monotonicMs()).toBe(0);
    expect(getEventListeners(giveUp.signal, 'abort')).toEqual([]);
  });

  test('is tried for no longer than its timeoutMs', async () => {
    const failure = await failureOf(run.enqueue(1, { result: true, timeoutMs: 1000 }));
    expect(failure).toMatchObject({ code: 'NOT_SENT', maybeExecuted: false });
    expect(runtime.monotonicMs()).toBe(1000);
  });

  test('nor than its result is waited for', async () => {
    const failure = await failureOf(run.enqueue(1, { result: { withinMs: 500 } }));
    expect(failure).toMatchObject({ code: 'NOT_SENT', maybeExecuted: false });
    expect(runtime.monotonicMs()).toBe(500);
  });
});

test('a signal that aborts while the reply queue is being made keeps the task from leaving', async () => {
  const giveUp = new AbortController();
  const failure = failureOf(run.enqueue(1, { result: true, signal: giveUp.signal }));
  giveUp.abort();
  expect(await failure).toMatchObject({ code: 'CANCELLED' });
  await runtime.advance(10_000);
  expect(await arrived()).toBe(0);
});

describe('a task that has not left', () => {
  test('does not leave once the wait for its result is over', async () => {
    await runtime.run(requester.ready());
    const { letGo, until } = held();
    service.script.next('getQueueUrl', { kind: 'hold', until });
    const failure = failureOf(run.enqueue(1, { result: { withinMs: 1000 } }));
    await runtime.advance(2000);
    letGo();
    expect(await failure).toMatchObject({ code: 'NOT_SENT', maybeExecuted: false });
    expect(await arrived()).toBe(0);
  });

  test('is CLOSED with its requester, and is nobody’s fault', async () => {
    await runtime.run(requester.ready());
    const { letGo, until } = held();
    service.script.next('getQueueUrl', { kind: 'hold', until });
    const many = run.enqueueMany([{ input: 1 }, { input: 2 }], { result: true });
    await runtime.advance(100);
    await runtime.run(requester.close());
    letGo();
    const codes = (await runtime.run(many)).map((each) => each.ok || each.error.code);
    expect(codes).toEqual(['CLOSED', 'CLOSED']);
    expect(await arrived()).toBe(0);
  });
});

test('what is told of a task that did not leave is what its producer is told', async () => {
  service.script.always('sendBatch', { kind: 'fail', failure: 'denied' });
  expect(await failureOf(run.enqueue(1, { result: true }))).toMatchObject({ code: 'NOT_SENT' });
  service.script.always('sendBatch', { kind: 'loseAnswer' });
  const lost = run.enqueue(1, { result: true, timeoutMs: 100 });
  expect(await failureOf(lost)).toMatchObject({ code: 'SEND_UNKNOWN' });
  const settled = events.filter(({ kind }) => kind === 'callSettled');
  expect(settled).toMatchObject([
    { outcome: 'NOT_SENT', maybeExecuted: false },
    { outcome: 'SEND_UNKNOWN', maybeExecuted: true },
  ]);
});

describe('a task of which the answer of the send is lost', () => {
  /** The task is in the queue; its producer does not know that yet. */
  async function enqueueLost(
    result: true | { readonly withinMs: number },
  ): Promise<{ readonly id: string; readonly told: Promise<AwaitedTask<number>> }> {
    await runtime.run(requester.ready());
    service.script.next('sendBatch', { kind: 'loseAnswer' });
    // Nor is it known after the next attempt, if there is one.
    service.script.next('sendBatch', { kind: 'fail', failure: 'unknown' });
    const told = run.enqueue(1, { result });
    told.catch(() => undefined);
    await runtime.advance(0);
    const [message] = await messages();
    const written = String(message?.attributes['replyq']?.value);
    const { task: id } = JSON.parse(written) as { readonly task: string };
    service.script.heal();
    return { id, told };
  }

  test.each([
    ['result', '5', 5],
    ['error', JSON.stringify(FAILED), 'CONFLICT'],
  ] as const)('is one that the queue has once its %s is there', async (kind, body, expected) => {
    const { id, told } = await enqueueLost(true);
    await reply(id, { v: 1, kind, content: 'json' }, body);
    const { result, ...handle } = await runtime.run(told);
    expect(handle).toEqual({ id, messageId: undefined, procedure: 'run', queue: 'jobs' });
    const end = result().catch((error: unknown) => RpcError.from(error).code);
    expect(await runtime.run(end)).toBe(expected);
  });

  test('stays unknown where the wait for its result ends without one', async () => {
    service.script.always('sendBatch', { kind: 'loseAnswer' });
    const failure = failureOf(run.enqueue(1, { result: { withinMs: 500 } }));
    expect(await failure).toMatchObject({ code: 'SEND_UNKNOWN', maybeExecuted: true });
  });
});

test('what a reply says of packs is taken for the queue that was given, and no other of its name', async () => {
  const asked = vi.spyOn(transport, 'outbox');
  const url = 'http://memory.localhost/000000000000/jobs';
  const other = requester.tasks(jobs, { queue: url }).run;
  const task = await runtime.run(other.enqueue(1, { result: true, onProgress: () => undefined }));
  await tell(task, 1);
  expect(new Set(asked.mock.calls.flat())).toEqual(new Set([url]));
});

test('a listener that rejects is as one that throws', async () => {
  const unhandled = vi.fn<() => void>();
  process.on('unhandledRejection', unhandled);
  const told: number[] = [];
  // Not a spy, which would handle the rejection itself.
  const listener = async (value: number): Promise<void> => {
    told.push(value);
    throw new Error('mine');
  };
  const onProgress = listener as (value: number) => unknown;
  const awaited = await runtime.run(run.enqueue(1, { result: true, onProgress }));
  await tell(awaited, 1);
  await tell(awaited, 2);
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', unhandled);
  expect(told).toEqual([1, 2]);
  expect(unhandled).not.toHaveBeenCalled();
});

describe('a look at the result', () => {
  test.each([
    [null, 'options'],
    [{ timeoutMs: '5' }, 'timeoutMs'],
    [{ timeoutMs: 5n }, 'timeoutMs'],
    [{ timeoutMs: null }, 'timeoutMs'],
    [{ timeoutMs: 0 }, 'timeoutMs'],
    [{ timeoutMs: 2 ** 31 }, 'timeoutMs'],
    [{ signal: {} }, 'signal'],
    [{ signal: null }, 'signal'],
  ])('is refused with %o', async (options, named) => {
    const { result } = await enqueue();
    const error = await failureOf(result(options as object));
    expect(error).toMatchObject({ code: 'BAD_REQUEST', procedure: 'run' });
    expect(error.message).toContain(named);
  });

  test('leaves no listener', async () => {
    const { result } = await enqueue();
    const { signal } = new AbortController();
    const looks = [result({ timeoutMs: 10, signal }), result({ timeoutMs: 20, signal })];
    for (const look of looks) expect(await failureOf(look)).toMatchObject({ code: 'TIMEOUT' });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('that has ended is told nothing any more', async () => {
    const lookAway = vi.fn<() => void>();
    const end = { look: () => lookAway } as unknown as AwaitedEnd;
    const call = { procedure: 'run', queue: 'jobs', startedMs: 0 } as PendingCall;
    const look = waitFor({ call, end }, { timeoutMs: 10 }, runtime);
    expect(await failureOf(look)).toMatchObject({ code: 'TIMEOUT', elapsedMs: 10 });
    expect(lookAway).toHaveBeenCalledTimes(1);
  });
});

describe('before anything is sent is refused', () => {
  test.each([
    [null, 'options'],
    ['fast', 'options'],
    [{ result: { withinMs: '5000' } }, 'withinMs'],
    [{ result: { withinMs: 5000n } }, 'withinMs'],
    [{ result: { withinMs: [5000] } }, 'withinMs'],
    [{ delayMs: '5000' }, 'delayMs'],
    [{ timeoutMs: '5000' }, 'timeoutMs'],
    [{ signal: {} }, 'signal'],
    [{ signal: null }, 'signal'],
  ])('a task with %o', async (options, named) => {
    const error = await failureOf(run.enqueue(1, options as object));
    expect(error).toMatchObject({ code: 'BAD_REQUEST', procedure: 'run' });
    expect(error.message).toContain(named);
    expect(requester.pendingCount()).toBe(0);
  });

  test.each<readonly [unknown]>([[null], ['abc'], [{}], [[null]], [[5]], [Array(1)]])(
    'as many tasks %o',
    async (tasks) => {
      const error = await failureOf(run.enqueueMany(tasks as []));
      expect(error).toMatchObject({ code: 'BAD_REQUEST', procedure: 'run' });
    },
  );
});

test('what is enqueued by whoever hears of a call that closing ends is refused as closed', async () => {
  const ends: unknown[] = [];
  const closing = createRequester({
    transport,
    observer: ({ kind }) => {
      if (kind !== 'callSettled' || ends.length > 0) return;
      ends.push('asked');
      const late = closing.tasks(jobs).run.enqueue(2, { result: true });
      late.catch((error: unknown) => ends.push(RpcError.is(error) ? error.code : error));
    },
  });
  const open = closing.request('jobs', 'hello', { timeoutMs: 5000 }).catch(() => undefined);
  await runtime.advance(100);
  await runtime.run(closing.close());
  await runtime.run(open);
  await runtime.advance(30_000);
  expect(ends).toEqual(['asked', 'CLOSED']);
});

// Results and progress of tasks, wanted by the process that enqueued them. In virtual time.
import { defineContract, NonRetryableError, RpcError, task } from '@replyq/contract';
import type { ReplyqEvent } from '@replyq/contract/transport';
import { createMemoryQueueService, memoryTransport } from '@replyq/memory';
import type { QueueService } from '@replyq/queue';
import { createRequester, type Requester, type TasksOf } from '@replyq/requester';
import { createResponder, type Responder } from '@replyq/responder';
import { deadLetters, ensureQueues } from '@replyq/tasks';
import { createVirtualRuntime, type VirtualRuntime } from '@replyq/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';

const reports = defineContract('reports', {
  make: task({
    input: z.object({ rows: z.number() }),
    output: z.object({ at: z.date(), rows: z.number() }),
    progress: z.object({ done: z.number(), of: z.number() }),
    errors: { tooMany: z.object({ most: z.number() }) },
    attempts: 3,
    backoff: { initialMs: 1000, maxMs: 1000 },
    timeoutMs: 120_000,
  }),
  plain: task({ output: z.string() }),
});

type Make = (step: {
  readonly rows: number;
  readonly attempt: number;
  readonly progress: (value: { readonly done: number; readonly of: number }) => void;
  readonly tooMany: (data: { readonly most: number }) => Error;
}) => Promise<void> | void;

let runtime: VirtualRuntime;
let service: QueueService;
let transport: ReturnType<typeof memoryTransport>;
let requester: Requester;
let responder: Responder;
let tasks: TasksOf<typeof reports>;
let events: ReplyqEvent[];
let make: Make;

async function openWorker(options: { readonly prefixes?: readonly string[] } = {}): Promise<void> {
  const { prefixes } = options;
  responder = createResponder({
    transport,
    contract: reports,
    observer: (event) => events.push(event),
    ...(prefixes === undefined ? {} : { replyTo: { prefixes } }),
    handlers: {
      make: async ({ call, errors, input: { rows }, progress }) => {
        const { attempt } = call;
        await make({ rows, attempt, progress, tooMany: (data) => errors.tooMany(data) });
        return { at: new Date(0), rows };
      },
      plain: () => 'done',
    },
  });
  await runtime.run(responder.start());
}

beforeEach(async () => {
  runtime = createVirtualRuntime();
  events = [];
  make = () => undefined;
  service = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
  transport = memoryTransport({ service, runtime });
  requester = createRequester({ transport });
  tasks = requester.tasks(reports);
  await runtime.run(ensureQueues(transport, [reports]));
  await openWorker();
});

afterEach(async () => {
  await runtime.run(requester.close());
  await runtime.run(responder.close());
  await runtime.run(transport.close());
  // Of handlers that took no notice.
  await runtime.advance(100_000);
  expect(runtime.timerCount()).toBe(0);
});

const enqueue = (rows = 5, options: object = {}) =>
  runtime.run(tasks.make.enqueue({ rows }, { result: true, ...options }));

const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    runtime.setTimer(ms, resolve, { keepAlive: true });
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

describe('the result of a task', () => {
  test('comes to whoever enqueued it, as the output schema has it', async () => {
    const handle = await enqueue(7);
    expect(handle.id.startsWith(requester.clientId)).toBe(true);
    expect(await runtime.run(handle.result())).toEqual({ at: new Date(0), rows: 7 });
    expect(requester.pendingCount()).toBe(0);
    // As often as it is asked for.
    expect(await runtime.run(handle.result({ timeoutMs: 1 }))).toMatchObject({ rows: 7 });
  });

  test('comes of the attempt that succeeds, and of none before', async () => {
    make = ({ attempt }) => {
      if (attempt < 3) throw new Error('again');
    };
    const handle = await enqueue();
    expect(await runtime.run(handle.result())).toMatchObject({ rows: 5 });
    expect(events.filter(({ kind }) => kind === 'taskRetried')).toHaveLength(2);
  });

  test('is waited for as long as the task takes, past what a call may', async () => {
    make = () => sleep(100_000);
    const handle = await enqueue(5, { delayMs: 2_000_000 });
    expect(await failureOf(handle.result({ timeoutMs: 1000 }))).toMatchObject({
      code: 'TIMEOUT',
      maybeExecuted: true,
    });
    const late = handle.result();
    expect(await runtime.run(late, { limitMs: 3_000_000 })).toMatchObject({ rows: 5 });
    expect(runtime.monotonicMs()).toBeGreaterThanOrEqual(2_100_000);
  });

  test('is given up when it says so, though the task goes on', async () => {
    make = () => sleep(60_000);
    const handle = await enqueue(5, { result: { withinMs: 20_000 } });
    expect(await failureOf(handle.result())).toMatchObject({ code: 'TIMEOUT' });
    expect(requester.pendingCount()).toBe(0);
    await runtime.advance(60_000);
    const settled = events.filter(({ kind }) => kind === 'handlerSettled');
    expect(settled).toMatchObject([{ outcome: 'OK' }]);
  });

  test('one look ends with its signal, and the next still gets it', async () => {
    make = () => sleep(10_000);
    const handle = await enqueue();
    const look = new AbortController();
    const looked = failureOf(handle.result({ signal: look.signal }));
    look.abort();
    expect(await looked).toMatchObject({ code: 'CANCELLED' });
    expect(await runtime.run(handle.result())).toMatchObject({ rows: 5 });
  });

  test('of one that failed for good is its error, once it is with the dead letters', async () => {
    make = ({ tooMany }) => {
      throw tooMany({ most: 3 });
    };
    const handle = await enqueue();
    const error = await failureOf(handle.result());
    expect(error).toMatchObject({ code: 'DECLARED', declared: 'tooMany', data: { most: 3 } });
    expect(events.map(({ kind }) => kind)).toContain('taskDeadLettered');
  });

  test('of one that has used up its attempts is the last error, told once', async () => {
    make = () => {
      throw new NonRetryableError('No.');
    };
    expect(await failureOf((await enqueue()).result())).toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      origin: 'remote',
    });
    make = () => {
      throw new Error('again');
    };
    expect(await failureOf((await enqueue()).result())).toMatchObject({ origin: 'remote' });
    expect(events.filter(({ kind }) => kind === 'taskRetried')).toHaveLength(2);
  });

  test('is refused input, too', async () => {
    const handle = await runtime.run(
      tasks.make.enqueue({ rows: 'many' as unknown as number }, { result: true }),
    );
    expect(await failureOf(handle.result())).toMatchObject({ code: 'BAD_REQUEST' });
  });

  test('goes to nobody when the dead letter is run again', async () => {
    make = () => {
      throw new NonRetryableError('No.');
    };
    await failureOf((await enqueue()).result());
    make = () => undefined;
    const dead = deadLetters(transport, 'reports');
    await runtime.run(dead.redrive());
    await runtime.advance(30_000);
    expect(events.filter(({ kind }) => kind === 'handlerSettled')).toMatchObject([
      { outcome: 'INTERNAL_SERVER_ERROR' },
      { outcome: 'OK' },
    ]);
  });

  test('is no reason to run a task again when it can go nowhere', async () => {
    make = () => sleep(1000);
    const handle = await enqueue(5, { result: { withinMs: 500 } });
    await failureOf(handle.result());
    await runtime.run(requester.close());
    await runtime.advance(120_000);
    expect(events.filter(({ kind }) => kind === 'handlerStarted')).toHaveLength(1);
  });

  test('a worker that refuses the reply address does the work all the same, and says so', async () => {
    await runtime.run(responder.close());
    await openWorker({ prefixes: ['others-'] });
    const handle = await enqueue(5, { result: { withinMs: 5000 } });
    expect(await failureOf(handle.result())).toMatchObject({ code: 'TIMEOUT' });
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'replyUndeliverable', reason: 'replyAddress' }),
    );
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'handlerSettled', outcome: 'OK' }),
    );
  });

  test('ends with the requester', async () => {
    make = () => sleep(60_000);
    const handle = await enqueue();
    const waiting = failureOf(handle.result());
    await runtime.run(requester.close());
    expect(await waiting).toMatchObject({ code: 'CLOSED' });
    expect(await failureOf(tasks.make.enqueue({ rows: 1 }, { result: true }))).toMatchObject({
      code: 'CLOSED',
    });
  });

  test('nobody has to ask for it', async () => {
    const unhandled = vi.fn<() => void>();
    process.on('unhandledRejection', unhandled);
    make = () => sleep(60_000);
    await enqueue(5, { result: { withinMs: 1000 } });
    await runtime.advance(5000);
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  test('of many, each has its own', async () => {
    const many = Array.from({ length: 30 }, (_, rows) => ({ input: { rows } }));
    const results = await runtime.run(tasks.make.enqueueMany(many, { result: true }));
    const rows = await runtime.run(
      Promise.all(results.map(async (each) => (each.ok ? each.task.result() : undefined))),
    );
    expect(rows.map((each) => each?.rows)).toEqual(many.map(({ input }) => input.rows));
  });

  test.each([
    [{ result: true, deduplicationId: 'x' }, 'deduplicationId'],
    [{ result: { withinMs: 0 } }, 'withinMs'],
    [{ result: 'yes' }, 'withinMs'],
    [{ result: true, onProgress: 'loud' }, 'onProgress'],
    [{ result: { withinMs: Number.NaN } }, 'withinMs'],
    [{ result: true, delayMs: 30 * 86_400_000 }, 'withinMs'],
    [{ onProgress: () => undefined }, 'onProgress'],
  ])('refuses %j before anything is sent', async (options, named) => {
    const refused = tasks.make.enqueue({ rows: 1 }, options as { result: true });
    const error = await failureOf(refused);
    expect(error).toMatchObject({ code: 'BAD_REQUEST' });
    expect(error.message).toContain(named);
    expect(requester.pendingCount()).toBe(0);
  });
});

test('a result that comes long after the time of its run is told, and its task is no dead letter', async () => {
  await runtime.run(responder.close());
  const slow = defineContract('reports', {
    make: task({ output: z.string(), attempts: 2, timeoutMs: 1000, backoff: { initialMs: 0 } }),
  });
  let runs = 0;
  const handlers = {
    make: async () => {
      runs += 1;
      await sleep(15_000);
      return 'late';
    },
  };
  responder = createResponder({ transport, contract: slow, handlers, graceMs: 500 });
  await runtime.run(responder.start());
  const handle = await runtime.run(
    requester.tasks(slow).make.enqueue(undefined, { result: { withinMs: 600_000 } }),
  );
  expect(await runtime.run(handle.result())).toBe('late');
  expect(runs).toBe(1);
  expect(await runtime.run(deadLetters(transport, 'reports').peek({ max: 1 }))).toEqual([]);
});

test('tasks that share a message come to what each of them comes to, though the dead letters take none', async () => {
  await runtime.run(responder.close());
  const packing = { framesPerMessage: 10 };
  const packed = memoryTransport({ service, runtime, packing });
  const producer = createRequester({ transport: packed });
  const few = defineContract('reports', {
    make: task({ input: z.number(), output: z.number(), timeoutMs: 20_000 }),
  });
  const ran: number[] = [];
  responder = createResponder({
    transport,
    contract: few,
    concurrency: 1,
    deadLetterQueue: false,
    handlers: {
      make: ({ input }) => {
        ran.push(input);
        if (input === 0) throw new NonRetryableError('No.');
        return input;
      },
    },
  });
  const many = [0, 1, 2].map((input) => ({ input }));
  const sent = await runtime.run(producer.tasks(few).make.enqueueMany(many, { result: true }));
  await runtime.run(responder.start());
  const ends = sent.map(async (each) => (each.ok ? each.task.result().catch(String) : each));
  const told = await runtime.run(Promise.all(ends), { limitMs: 60_000 });
  expect(told).toEqual([expect.stringContaining('Internal server error'), 1, 2]);
  expect(ran).toEqual([0, 1, 2]);
  await runtime.run(producer.close());
  await runtime.run(responder.close());
});

test('a task whose result is waited for shares no message unless the producer declares it', async () => {
  const heard = await enqueue();
  await runtime.run(heard.result());
  const many = Array.from({ length: 20 }, () => ({}));
  const sent = await runtime.run(tasks.plain.enqueueMany(many, { result: true }));
  const ids = sent.map((each) => (each.ok ? each.task.messageId : undefined));
  expect(new Set(ids).size).toBe(20);
  await runtime.run(Promise.all(sent.map(async (each) => (each.ok ? each.task.result() : each))));
});

test('`result: false` is as none', async () => {
  const handle = await runtime.run(tasks.plain.enqueue(undefined, { result: false } as object));
  expect(handle).not.toHaveProperty('result');
  expect(requester.pendingCount()).toBe(0);
});

describe('the progress of a task', () => {
  test('is told while it runs: the first at once, then the newest each second', async () => {
    const told: unknown[] = [];
    make = async ({ progress }) => {
      for (let done = 1; done < 30; done += 1) {
        progress({ done, of: 30 });
        await sleep(100);
      }
    };
    const handle = await enqueue(5, { onProgress: (value: unknown) => told.push(value) });
    await runtime.run(handle.result());
    expect(told).toEqual([
      { done: 1, of: 30 },
      { done: 10, of: 30 },
      { done: 20, of: 30 },
    ]);
  });

  test('starts over with the next attempt', async () => {
    const told: unknown[] = [];
    make = async ({ attempt, progress }) => {
      progress({ done: attempt, of: 2 });
      await sleep(10);
      if (attempt === 1) throw new Error('again');
    };
    const handle = await enqueue(5, { onProgress: (value: unknown) => told.push(value) });
    await runtime.run(handle.result());
    expect(told).toEqual([
      { done: 1, of: 2 },
      { done: 2, of: 2 },
    ]);
  });

  test('costs nothing where nobody listens', async () => {
    make = ({ progress }) => {
      for (let done = 1; done <= 30; done += 1) progress({ done, of: 30 });
    };
    const handle = await enqueue();
    await runtime.run(handle.result());
    expect(events.filter(({ kind }) => kind === 'progressLost')).toEqual([]);
  });

  test('does no harm when it does not fit, nor when the listener throws', async () => {
    make = async ({ progress }) => {
      progress({ done: 'much' as unknown as number, of: 2 });
      await sleep(1500);
      progress({ done: 2, of: 2 });
      await sleep(10);
    };
    const onProgress = vi.fn<() => void>(() => {
      throw new Error('mine');
    });
    const handle = await enqueue(5, { onProgress });
    expect(await runtime.run(handle.result())).toMatchObject({ rows: 5 });
    expect(onProgress).toHaveBeenCalledTimes(1);
    expect(events.filter(({ kind }) => kind === 'progressLost')).toHaveLength(1);
  });
});

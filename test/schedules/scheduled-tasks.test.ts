// A delayed task by key, from the producer to the worker: replaced, cancelled, and what fails in between.
import { defineContract, task } from '@replyq/contract';
import type { ReplyqEvent, ScheduleStore } from '@replyq/contract/transport';
import { createMemoryQueueService, memoryTransport } from '@replyq/memory';
import { createRequester, type Requester } from '@replyq/requester';
import { createResponder, memoryScheduleStore, type Responder } from '@replyq/responder';
import { createVirtualRuntime, ScriptedQueueService, type VirtualRuntime } from '@replyq/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';

const reminders = defineContract('reminders', {
  send: task({ input: z.string() }),
  ring: task({ input: z.string() }),
});
const HOUR_MS = 3_600_000;

let runtime: VirtualRuntime;
let service: ScriptedQueueService;
let transport: ReturnType<typeof memoryTransport>;
let store: ScheduleStore;
let requester: Requester;
let workers: Responder[];
let ran: string[];
let events: ReplyqEvent[];

beforeEach(async () => {
  runtime = createVirtualRuntime();
  service = new ScriptedQueueService(
    createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 }),
  );
  transport = memoryTransport({ service, runtime });
  store = memoryScheduleStore({ runtime });
  requester = createRequester({ transport, schedules: store });
  await service.createQueue({ name: 'reminders' });
  workers = [];
  ran = [];
  events = [];
});

afterEach(async () => {
  for (const worker of workers) await runtime.run(worker.close());
  await runtime.run(requester.close());
  await runtime.run(transport.close());
});

async function work(options: object = { schedules: store }): Promise<void> {
  const worker = createResponder({
    transport,
    contract: reminders,
    observer: (event) => events.push(event),
    handlers: {
      send: ({ input }) => void ran.push(input),
      ring: ({ input }) => void ran.push(input),
    },
    ...options,
  });
  workers.push(worker);
  await runtime.run(worker.start());
}

function remind(text: string, delayMs: number, scheduleKey = 'reminder:42'): Promise<unknown> {
  return runtime.run(requester.tasks(reminders).send.enqueue(text, { delayMs, scheduleKey }));
}

function cancel(key = 'reminder:42'): Promise<boolean> {
  return requester.tasks(reminders).send.cancel(key);
}

describe.each([
  ['held back by the queue', 60_000],
  ['sent on by workers', 2 * HOUR_MS],
])('a task that is %s', (_how, delayMs) => {
  beforeEach(() => work());

  test('runs when it is due', async () => {
    await remind('one', delayMs);
    await runtime.advance(delayMs - 1);
    expect(ran).toEqual([]);
    await runtime.advance(60_000);
    expect(ran).toEqual(['one']);
    expect(await cancel()).toBe(false);
  });

  test('does not run once it is cancelled', async () => {
    await remind('one', delayMs);
    expect(await cancel()).toBe(true);
    expect(await cancel()).toBe(false);
    await runtime.advance(delayMs + 60_000);
    expect(ran).toEqual([]);
    expect(events.filter(({ kind }) => kind === 'taskCancelled')).toHaveLength(1);
  });

  test('gives way to one that is enqueued later, and due later or earlier', async () => {
    await remind('one', delayMs);
    await remind('two', 2 * delayMs);
    await remind('three', 1000);
    await runtime.advance(2 * delayMs + 60_000);
    expect(ran).toEqual(['three']);
  });

  test('is not touched by another key, or another procedure’s', async () => {
    await remind('one', delayMs);
    await remind('other', delayMs, 'reminder:43');
    const { ring } = requester.tasks(reminders);
    await runtime.run(ring.enqueue('ring', { delayMs, scheduleKey: 'reminder:42' }));
    expect(await cancel('reminder:43')).toBe(true);
    await runtime.advance(delayMs + 60_000);
    expect(ran.toSorted()).toEqual(['one', 'ring']);
  });
});

describe('of two of which the second could not be enqueued', () => {
  beforeEach(() => work());

  test('for sure, the first runs', async () => {
    await remind('one', 60_000);
    service.script.next('sendBatch', { kind: 'fail', failure: 'denied' });
    await expect(remind('two', 60_000)).rejects.toMatchObject({ maybeExecuted: false });
    await runtime.advance(120_000);
    expect(ran).toEqual(['one']);
  });

  test.each([
    ['before the first, the second runs', 30_000, ['two']],
    ['after the first, both run', 90_000, ['one', 'two']],
  ])('perhaps, though the queue has it, and it is due %s', async (_what, delayMs, expected) => {
    await remind('one', 60_000);
    service.script.next('sendBatch', { kind: 'loseAnswer' });
    service.script.always('sendBatch', { kind: 'fail', failure: 'unknown' });
    const options = { delayMs, scheduleKey: 'reminder:42', timeoutMs: 100 };
    await expect(
      runtime.run(requester.tasks(reminders).send.enqueue('two', options)),
    ).rejects.toMatchObject({ code: 'SEND_UNKNOWN' });
    service.script.heal();
    await runtime.advance(180_000);
    expect(ran).toEqual(expected);
  });
});

test('a worker without the store leaves the task to one that has it', async () => {
  await work({});
  await remind('one', 1000);
  await remind('two', 1000);
  await runtime.advance(60_000);
  expect(ran).toEqual([]);
  for (const worker of workers.splice(0)) await runtime.run(worker.close());
  await work();
  await runtime.advance(30 * 60_000);
  expect(ran).toEqual(['two']);
});

// One call of a packed message kills whatever process runs it. In memory, in virtual time.
import { defineContract, mutation, safe, type RpcError } from '@replyq/contract';
import { sleep, type ReplyqEvent, type Transport } from '@replyq/contract/transport';
import { readMessage, type WireFrame } from '@replyq/contract/wire';
import { createMemoryQueueService, memoryTransport } from '@replyq/memory';
import type { QueueService } from '@replyq/queue';
import { createRequester, type Requester } from '@replyq/requester';
import { createResponder, type Responder } from '@replyq/responder';
import { createVirtualRuntime, type VirtualRuntime } from '@replyq/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';

const jobs = defineContract('jobs', {
  run: mutation({ input: z.string(), output: z.string(), timeoutMs: 30_000 }),
});

/** How long the poison takes to work: what was answered before is deleted by then. */
const KILLS_AFTER_MS = 300;

/** A program with a responder, which can be killed: from then on nothing that it does has any effect. */
interface Program {
  readonly responder: Responder;
  readonly transport: Transport;
  /** What a dead one cannot have: an end. Only so that the test leaves nothing behind. */
  bury(): Promise<void>;
}

let runtime: VirtualRuntime;
let service: QueueService;
let requester: Requester;
let requesterTransport: Transport;
let programs: Program[];
let events: ReplyqEvent[];
/** Inputs whose handlers were entered. */
let started: string[];
/** Of the programs' role. */
let maySend: boolean;

beforeEach(async () => {
  runtime = createVirtualRuntime();
  service = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
  programs = [];
  events = [];
  started = [];
  maySend = true;
  await service.createQueue({ name: 'dead' });
  const deadLetterArn = 'arn:aws:sqs:memory-1:000000000000:dead';
  const redrive = { deadLetterArn, maxReceiveCount: 3 };
  const made = await service.createQueue({ name: 'jobs', attributes: { redrive } });
  expect(made.kind).toBe('ok');
  const packing = { framesPerMessage: 8 };
  requesterTransport = memoryTransport({ service: unclosed(service), runtime, packing });
  requester = createRequester({ transport: requesterTransport });
});

afterEach(async () => {
  for (const program of programs) await program.bury();
  await runtime.run(requester.close());
  await runtime.run(requesterTransport.close());
  await service.close();
  expect(runtime.timerCount()).toBe(0);
});

/** Another one takes its place as soon as it is dead. */
async function startProgram(): Promise<void> {
  let alive = true;
  const mortal = new Proxy(service, {
    get: (target, name: keyof QueueService) => {
      const value: unknown = target[name];
      if (typeof value !== 'function') return value;
      return (request?: Parameters<QueueService['sendBatch']>[0]) => {
        if (name === 'close') return Promise.resolve();
        if (!alive) return Promise.resolve({ kind: 'gone', error: 'This process is dead.' });
        const denied = !maySend && name === 'sendBatch' && request?.queueUrl.endsWith('/jobs');
        if (denied) return Promise.resolve({ kind: 'denied', error: 'AccessDenied' });
        return value.call(target, request);
      };
    },
  });
  const transport = memoryTransport({
    service: mortal,
    runtime,
    observer: (event) => void events.push(event),
  });
  const stop = new AbortController();
  const responder = createResponder({
    transport,
    contract: jobs,
    concurrency: 1,
    visibilityMs: 2000,
    waitMs: 1000,
    drainMs: 0,
    handlers: {
      run: async ({ input }) => {
        started.push(input);
        if (input !== 'poison') return `${input} done`;
        await sleep(runtime, KILLS_AFTER_MS);
        alive = false;
        void startProgram();
        return new Promise<never>((_, reject) => {
          stop.signal.addEventListener('abort', () => reject(new Error('dead')));
        });
      },
    },
  });
  const bury = async (): Promise<void> => {
    stop.abort();
    await runtime.run(responder.close());
    await runtime.run(transport.close());
  };
  programs.push({ responder, transport, bury });
  await responder.start();
}

/** Four calls that leave in one message, the second of them poison. Each as its result or error code. */
async function callAll(): Promise<readonly unknown[]> {
  const client = requester.client(jobs);
  const calls = ['a', 'poison', 'b', 'c'].map(async (input) => {
    const { data, error } = await safe(client.run(input));
    return data ?? [(error as RpcError).code, (error as RpcError).maybeExecuted];
  });
  return runtime.run(Promise.all(calls));
}

/** The frames of each message in the dead-letter queue. */
async function deadLetters(): Promise<readonly (readonly WireFrame[])[]> {
  const found = await service.getQueueUrl({ name: 'dead' });
  if (found.kind !== 'ok') throw new Error(found.error);
  const { queueUrl } = found;
  const request = { queueUrl, maxMessages: 10, waitMs: 0, visibilityMs: 1000 };
  const received = await service.receive(request);
  if (received.kind !== 'ok') throw new Error(received.error);
  return received.messages.map((message) => readMessage(message));
}

async function leftJobs(): Promise<number> {
  const found = await service.getQueueUrl({ name: 'jobs' });
  if (found.kind !== 'ok') throw new Error(found.error);
  const counted = await service.getQueueAttributes(found);
  if (counted.kind !== 'ok') throw new Error(counted.error);
  return counted.attributes.visibleCount + counted.attributes.inFlightCount;
}

test('only the call that kills reaches the dead-letter queue, the others of its message are answered', async () => {
  await runtime.run(startProgram());
  expect(await callAll()).toEqual(['a done', ['TIMEOUT', true], 'b done', 'c done']);
  await runtime.advance(30_000);
  const letters = await deadLetters();
  expect(letters.map((frames) => frames.map(({ body }) => body))).toEqual([['"poison"']]);
  expect(letters[0]?.[0]?.header).toMatchObject({ try: 2 });
  expect(await leftJobs()).toBe(0);
  // Once in the pack, and by itself as often as the queue allows.
  expect(started.filter((input) => input === 'poison')).toHaveLength(4);
  // What was done when the pack was lost ran again; what had not begun ran once.
  expect(started.filter((input) => input !== 'poison')).toEqual(['a', 'a', 'b', 'c']);
  expect(events.filter(({ kind }) => kind === 'packSeparated')).toHaveLength(1);
});

test('a responder that may not send to its own queue loses the whole message to it', async () => {
  maySend = false;
  await runtime.run(startProgram());
  const lost = ['TIMEOUT', true];
  expect(await callAll()).toEqual(['a done', lost, lost, lost]);
  await runtime.advance(30_000);
  const letters = await deadLetters();
  expect(letters.map((frames) => frames.length)).toEqual([4]);
  expect(started.filter((input) => input !== 'poison')).toEqual(['a', 'a']);
});

function unclosed(shared: QueueService): QueueService {
  return new Proxy(shared, {
    get: (target, name: keyof QueueService) => {
      if (name === 'close') return async () => undefined;
      const value: unknown = target[name];
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

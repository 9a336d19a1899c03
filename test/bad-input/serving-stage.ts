// A responder over memory on virtual time, a neighbour that calls it, and what comes of a raw message.
import { defineContract, mutation, query } from '@replyq/contract';
import type { ReplyqEvent } from '@replyq/contract/transport';
import {
  decodeErrorBody,
  decodeReply,
  readMessage,
  type Content,
  type DecodedError,
} from '@replyq/contract/wire';
import { memoryTransport } from '@replyq/memory';
import { createRequester, type Requester } from '@replyq/requester';
import { createResponder, type Responder } from '@replyq/responder';
import { createVirtualRuntime, type VirtualRuntime } from '@replyq/testing';
import { initTRPC, lazy } from '@trpc/server';
import superjson from 'superjson';
import { z } from 'zod';
import { valueOfRow, type Case } from './catalogue.ts';
import { rowMessage } from './row-message.ts';
import { ACCOUNT, createWatchedService, HOST, type WatchedService } from './watched-service.ts';

export const CONCURRENCY = 4;
const REQUESTS = `${HOST}/${ACCOUNT}/work`;
const REPLIES_NAME = '__RequesterClientQueues__raw-1';
const REPLIES = `${HOST}/${ACCOUNT}/${REPLIES_NAME}`;
/** Taken before a test may watch it. */
const deserialize: typeof superjson.deserialize = superjson.deserialize;
/** Longer than a reply queue that is not there is waited for, and than deletes wait for company. */
const SETTLED_AFTER_MS = 6000;

export const work = defineContract('work', {
  echo: query({ input: z.unknown(), output: z.unknown() }),
  swallow: mutation({ input: z.unknown(), output: z.string() }),
  neighbour: query({ input: z.string(), output: z.string() }),
  user: { byId: query({ input: z.string(), output: z.string() }) },
});

/** What became of one message. */
export interface Aftermath {
  readonly runs: number;
  readonly replies: readonly RawReply[];
  readonly events: readonly ReplyqEvent[];
  /** Messages that are still in the request queue, visible or not. */
  readonly left: number;
  readonly deadLetters: number;
  readonly freeSlots: number;
  readonly neighbour: string;
  readonly calledUrls: ReadonlySet<string>;
}

export interface RawReply {
  readonly kind: string;
  readonly content: Content | undefined;
  readonly virtualQueue: string | undefined;
  readonly value: unknown;
  readonly error: DecodedError | undefined;
}

export interface ServingStage extends AsyncDisposable {
  /** Puts the message of a case into the queue beside a call of the neighbour's. */
  serve(row: Case, content?: 'json' | 'superjson' | 'trpc'): Promise<Aftermath>;
  /** The URLs that may be called at all. */
  readonly ownUrls: ReadonlySet<string>;
  readonly repliesUrl: string;
}

export async function openContractStage(): Promise<ServingStage> {
  return openStage((runs, base) =>
    createResponder({
      ...base,
      contract: work,
      handlers: {
        echo: ({ input }) => {
          runs.push(input);
          return input;
        },
        swallow: ({ input }) => {
          runs.push(input);
          return 'taken';
        },
        neighbour: ({ input }) => input,
        user: {
          byId: ({ input }) => {
            runs.push(input);
            return input;
          },
        },
      },
    }),
  );
}

/** The same procedures as a tRPC router with superjson, and some that only routers have. */
export async function openRouterStage(): Promise<ServingStage> {
  return openStage((runs, base) => {
    const t = initTRPC.create({ transformer: superjson, isDev: false });
    const run = (input: unknown): unknown => {
      runs.push(input);
      return input;
    };
    const admin = t.router({ audit: t.procedure.query(() => run('audited')) });
    return createResponder({
      ...base,
      queue: 'work',
      router: t.router({
        echo: t.procedure.input(z.unknown()).query(({ input }) => run(input)),
        swallow: t.procedure.input(z.unknown()).mutation(({ input }) => {
          run(input);
          return 'taken';
        }),
        neighbour: t.procedure.input(z.string()).query(({ input }) => input),
        ticks: t.procedure.subscription(async function* () {
          yield run('tick');
        }),
        admin: lazy(async () => admin),
        flaky: lazy(async () => {
          if (admin._def.router) throw new Error('the module could not be loaded');
          return admin;
        }),
      }),
    });
  });
}

type BaseOptions = Pick<
  Parameters<typeof createResponder>[0],
  'transport' | 'concurrency' | 'observer' | 'replyTo'
>;

async function openStage(
  open: (runs: unknown[], base: BaseOptions) => Responder,
): Promise<ServingStage> {
  const runtime = createVirtualRuntime();
  const watched = createWatchedService(runtime);
  await makeQueues(watched);
  const events: ReplyqEvent[] = [];
  const runs: unknown[] = [];
  const transport = memoryTransport({
    // What the rows are judged by is which queues were called.
    replyQueue: { sweep: false },
    service: watched.service,
    runtime,
    observer,
  });
  // A policy that lists them does not open the responder's own queues.
  const replyTo = { queues: ['work', 'work-dlq'] };
  const responder = open(runs, { transport, concurrency: CONCURRENCY, observer, replyTo });
  await runtime.run(responder.start());
  const requester = createRequester({ transport });
  await runtime.run(requester.ready());
  const neighbour = requester.client(work);
  let count = 0;

  function observer(event: ReplyqEvent): void {
    events.push(event);
  }

  return {
    repliesUrl: REPLIES,
    ownUrls: new Set([
      REQUESTS,
      `${HOST}/${ACCOUNT}/__RequesterClientQueues__${requester.clientId}-0`,
    ]),

    async serve(row, content = 'json') {
      count += 1;
      events.length = 0;
      runs.length = 0;
      watched.calledUrls.clear();
      const message = rowMessage(row.message, honest(row, `bad-${count}`, runtime, content));
      await watched.put(REQUESTS, message, row.message.received);
      const answered = await runtime.run(neighbour.neighbour(`call ${count}`));
      await runtime.advance(SETTLED_AFTER_MS);
      const left = await messagesIn(watched, 'work');
      await watched.clear(REQUESTS);
      return {
        runs: runs.length,
        replies: await takeReplies(watched, runtime),
        events: [...events],
        left,
        deadLetters: await messagesIn(watched, 'work-dlq'),
        freeSlots: responder.health().freeSlots,
        neighbour: answered,
        calledUrls: new Set(watched.calledUrls),
      };
    },

    async [Symbol.asyncDispose]() {
      await close(runtime, requester, responder);
      await runtime.run(transport.close());
      await watched.close();
    },
  };
}

async function close(
  runtime: VirtualRuntime,
  requester: Requester,
  responder: Responder,
): Promise<void> {
  await runtime.run(requester.close());
  await runtime.run(responder.close());
}

async function makeQueues({ inner }: WatchedService): Promise<void> {
  for (const name of [REPLIES_NAME, 'other', 'work-dlq', '__RequesterClientQueues__denied-1'])
    await inner.createQueue({ name });
  const deadLetterArn = `arn:aws:sqs:eu-west-1:${ACCOUNT}:work-dlq`;
  const redrive = { deadLetterArn, maxReceiveCount: 3 };
  await inner.createQueue({ name: 'work', attributes: { redrive } });
}

function honest(row: Case, id: string, runtime: VirtualRuntime, content: string) {
  const mutating = row.large === true;
  return {
    header: {
      v: 1,
      type: mutating ? 'mutation' : 'query',
      ...(content === 'trpc' ? {} : { contract: 'work' }),
      timeoutMs: 20_000,
      at: runtime.nowMs(),
      content,
    },
    procedure: mutating ? 'swallow' : 'echo',
    replyTo: '{reply}#{id}',
    body: content === 'json' ? '{"hello":"world"}' : '{"json":{"hello":"world"}}',
    tokens: {
      reply: REPLIES,
      name: REPLIES_NAME,
      account: ACCOUNT,
      host: HOST,
      id,
      now: String(runtime.nowMs()),
    },
  };
}

async function messagesIn({ inner }: WatchedService, name: string): Promise<number> {
  const found = await inner.getQueueAttributes({ queueUrl: `${HOST}/${ACCOUNT}/${name}` });
  if (found.kind !== 'ok') throw new Error(found.error);
  const { delayedCount, inFlightCount, visibleCount } = found.attributes;
  return delayedCount + inFlightCount + visibleCount;
}

async function takeReplies(
  { inner }: WatchedService,
  runtime: VirtualRuntime,
): Promise<readonly RawReply[]> {
  const received = await runtime.run(
    inner.receive({ queueUrl: REPLIES, maxMessages: 10, waitMs: 0, visibilityMs: 30_000 }),
  );
  if (received.kind !== 'ok') throw new Error(received.error);
  const { messages } = received;
  if (messages.length === 0) return [];
  const receiptHandles = messages.map(({ receiptHandle }) => receiptHandle);
  await inner.deleteBatch({ queueUrl: REPLIES, receiptHandles });
  return messages.flatMap((message) => readMessage(message)).map(rawReply);
}

/** Read with the platform's and superjson's own means, not with those that are under test. */
function rawReply(frame: ReturnType<typeof readMessage>[number]): RawReply {
  const { virtualQueue } = frame;
  const reply = decodeReply(frame);
  if (reply.kind !== 'reply')
    return {
      kind: reply.kind,
      content: undefined,
      virtualQueue,
      value: undefined,
      error: undefined,
    };
  const { content, kind } = reply.header;
  const value = content === 'text' ? reply.body : valueOf(content, reply.body);
  const error = kind === 'error' ? decodeErrorBody(value) : undefined;
  return { kind, content, virtualQueue, value, error };
}

function valueOf(content: Content, body: string): unknown {
  const parsed: unknown = JSON.parse(body);
  return content === 'json' ? parsed : deserialize(parsed as never);
}

/** What the caller of an accepted request gets. */
export function servedValue(row: Case): unknown {
  if (row.large === true) return 'taken';
  return row.message.body === undefined ? { hello: 'world' } : valueOfRow(row);
}

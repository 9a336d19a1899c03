// A requester over memory on virtual time; the test plays the responder, message by message.
import { RpcError } from '@replyq/contract';
import type { ReplyqEvent } from '@replyq/contract/transport';
import { ATTRIBUTE } from '@replyq/contract/wire';
import { memoryTransport } from '@replyq/memory';
import { messageBytes } from '@replyq/queue';
import { createRequester, type Requester } from '@replyq/requester';
import { queueLink } from '@replyq/requester/trpc';
import { createVirtualRuntime, type VirtualRuntime } from '@replyq/testing';
import { createTRPCClient, TRPCClientError } from '@trpc/client';
import { initTRPC } from '@trpc/server';
import superjson from 'superjson';
import { z } from 'zod';
import type { Case } from './catalogue.ts';
import { rowMessage, type HonestMessage } from './row-message.ts';
import { work } from './serving-stage.ts';
import { ACCOUNT, createWatchedService, HOST, type WatchedService } from './watched-service.ts';

const REQUESTS = `${HOST}/${ACCOUNT}/work`;
/** Longer than deletes of replies wait for company. */
const SETTLED_AFTER_MS = 5000;

export type Caller = 'contract' | 'link' | 'plain';

/** How a call ended, if it has. */
export type Ending =
  | { readonly kind: 'open' }
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'error'; readonly error: RpcError };

/** What became of the call under test, of its neighbour and of the messages. */
export interface ReplyAftermath {
  /** After the row's message. */
  readonly ending: Ending;
  /** After an honest reply besides. */
  readonly finally: Ending;
  readonly neighbour: Ending;
  readonly events: readonly ReplyqEvent[];
  readonly pending: number;
  /** Messages that are still in the reply queue, visible or not. */
  readonly left: number;
  /** How often the request was sent again once its reply had come. */
  readonly sendsAfterReply: number;
}

export interface AskingStage extends AsyncDisposable {
  /** Opens two calls, lets the row's message answer the first, and honest replies both. */
  ask(row: Case, caller: Caller): Promise<ReplyAftermath>;
  /** Opens a call with this input; `bytes` is the size of the message that it became, if it did. */
  send(input: string): Promise<{ readonly ending: Ending; readonly bytes: number | undefined }>;
}

const t = initTRPC.create({ transformer: superjson });
const _router = t.router({ echo: t.procedure.input(z.unknown()).query(({ input }) => input) });

/** A stage per row: what a row leaves behind must not be another's. */
export async function openAskingStage(): Promise<AskingStage> {
  const runtime = createVirtualRuntime();
  const watched = createWatchedService(runtime);
  await watched.inner.createQueue({ name: 'work' });
  const events: ReplyqEvent[] = [];
  const observer = (event: ReplyqEvent): void => void events.push(event);
  const transport = memoryTransport({
    // What the rows are judged by is which queues were called.
    replyQueue: { sweep: false },
    service: watched.service,
    runtime,
    observer,
  });
  const requester = createRequester({ transport, observer });
  await runtime.run(requester.ready());
  const contract = requester.client(work);
  const trpc = createTRPCClient<typeof _router>({
    links: [queueLink<typeof _router>({ requester, queue: 'work', transformer: superjson })],
  });

  const callOf = (caller: Caller, input: string): Promise<unknown> => {
    if (caller === 'link') return trpc.echo.query(input);
    return caller === 'plain' ? requester.request('work', input) : contract.echo(input);
  };

  return {
    async ask(row, caller) {
      if (row.send !== undefined) watched.answerSends(REQUESTS, row.send);
      const call = follow(callOf(caller, 'under test'));
      await runtime.settle();
      const [request] = await takeRequests(watched, runtime);
      const neighbour = follow(contract.echo('neighbour'));
      await runtime.settle();
      let nextDoor = otherThan(request!, await takeRequests(watched, runtime));
      // After a send that failed the outbox pauses, for everybody.
      while (nextDoor === undefined) {
        await runtime.advance(50);
        nextDoor = otherThan(request!, await takeRequests(watched, runtime));
      }

      const sendsOf = ({ id }: { readonly id: string }): number =>
        watched.sends.filter(({ entry }) => textOf(entry, 'ResponseQueueUrl').endsWith(`#${id}`))
          .length;
      const sendsBefore = sendsOf(request!);
      const honest = honestReply(request!, caller, requester);
      const message = rowMessage(row.message, honest);
      for (let copy = 0; copy < (row.message.copies ?? 1); copy += 1)
        await watched.put(request!.hostQueueUrl, message);
      await runtime.advance(100);
      const ending = call.ending();

      await watched.put(request!.hostQueueUrl, rowMessage({}, honest));
      await runtime.advance(100);
      const finally_ = call.ending();
      await watched.put(
        nextDoor.hostQueueUrl,
        rowMessage({ body: '"for the neighbour"' }, honestReply(nextDoor, 'contract', requester)),
      );
      await runtime.advance(100);
      watched.release();
      await runtime.advance(SETTLED_AFTER_MS);
      return {
        ending,
        finally: finally_,
        neighbour: neighbour.ending(),
        events,
        pending: requester.pendingCount(),
        left: await messagesIn(watched, request!.hostQueueUrl),
        sendsAfterReply: sendsOf(request!) - sendsBefore,
      };
    },

    async send(input) {
      watched.sends.length = 0;
      const call = follow(contract.echo(input));
      await runtime.advance(100);
      const [sent] = watched.sends;
      return { ending: call.ending(), bytes: sent && messageBytes(sent.entry) };
    },

    async [Symbol.asyncDispose]() {
      watched.release();
      await runtime.run(requester.close());
      await runtime.run(transport.close());
      await watched.close();
    },
  };
}

interface TakenRequest {
  readonly id: string;
  readonly hostQueueUrl: string;
}

async function takeRequests(
  { inner }: WatchedService,
  runtime: VirtualRuntime,
): Promise<readonly TakenRequest[]> {
  const received = await runtime.run(
    inner.receive({ queueUrl: REQUESTS, maxMessages: 10, waitMs: 0, visibilityMs: 600_000 }),
  );
  if (received.kind !== 'ok') throw new Error(received.error);
  return received.messages.map((message) => {
    const [hostQueueUrl = '', id = ''] = textOf(message, ATTRIBUTE.responseQueueUrl).split('#');
    return { hostQueueUrl, id };
  });
}

function textOf(
  { attributes }: { readonly attributes: Readonly<Record<string, { readonly value: unknown }>> },
  name: string,
): string {
  const value = attributes[name]?.value;
  return typeof value === 'string' ? value : '';
}

function honestReply(request: TakenRequest, caller: Caller, requester: Requester): HonestMessage {
  const content = caller === 'link' ? 'trpc' : 'json';
  return {
    header: { v: 1, kind: 'result', content },
    virtualQueue: request.id,
    body: caller === 'link' ? '{"json":"honest"}' : '"honest"',
    tokens: { id: request.id, client: requester.clientId, reply: request.hostQueueUrl },
  };
}

function follow(call: Promise<unknown>): { ending(): Ending } {
  let ending: Ending = { kind: 'open' };
  call.then(
    (value) => {
      ending = { kind: 'value', value };
    },
    (error: unknown) => {
      const cause = error instanceof TRPCClientError ? error.cause : error;
      ending = { kind: 'error', error: RpcError.from(cause) };
    },
  );
  return { ending: () => ending };
}

async function messagesIn({ inner }: WatchedService, queueUrl: string): Promise<number> {
  const found = await inner.getQueueAttributes({ queueUrl });
  if (found.kind !== 'ok') throw new Error(found.error);
  const { delayedCount, inFlightCount, visibleCount } = found.attributes;
  return delayedCount + inFlightCount + visibleCount;
}

function otherThan<T extends { readonly id: string }>(
  one: T,
  requests: readonly T[],
): T | undefined {
  return requests.find(({ id }) => id !== one.id);
}

/**
 * The requester: asks over one queue per contract, reads one reply queue per process.
 *
 *   typed-client.ts    a contract as functions: encodes inputs, decodes results
 *   task-client.ts     a contract's mutations as tasks, which nobody has to wait for
 *   task-results.ts    what tasks come to, for those who wait all the same
 *   plain-request.ts   a message for a message, for responders of other kinds
 *   trpc.ts            a tRPC link over the same asker
 *   asker.ts           one question from ask to outcome
 *   request-frame.ts   the request on its way out; the outbox owns it
 *   call-times.ts      how long calls take, which says how patient the next requests are
 *   pending-calls.ts   owns the open calls, their deadlines and abort listeners
 *   reply-loop.ts      owns the polling of the reply queue
 *
 * The transport owns the host queue and all that is on its way.
 */
import type { ClientOf } from '@replyq/contract';
import type { InboxHealth, QueueRef, ReplyQueueReadiness } from '@replyq/contract/transport';
import { Asker } from './asker.ts';
import type { CallOptions } from './call-options.ts';
import { PendingCalls } from './pending-calls.ts';
import { plainRequest, type PlainReply, type PlainRequestOptions } from './plain-request.ts';
import { ReplyLoop } from './reply-loop.ts';
import { resolveRequesterOptions, type RequesterOptions } from './requester-options.ts';
import { createTaskClient, type TasksOptions } from './task-client.ts';
import { TaskResults } from './task-results.ts';
import type { TasksOf } from './tasks-of.ts';
import { createTypedClient, type ClientOptions } from './typed-client.ts';
import { askers } from './askers.ts';

export interface Requester extends AsyncDisposable {
  /** The first part of the reply queue's name and of every call id. */
  readonly clientId: string;
  /** The typed client of a contract. Throws when `contract` is not one. Makes no request. */
  client<TContract extends object>(
    contract: TContract,
    options?: ClientOptions,
  ): ClientOf<TContract, CallOptions>;
  /**
   * The mutations of a contract as tasks: `tasks(mail).sendEmail.enqueue(input)`. Throws when `contract` is not one. No
   * reply queue is made for it.
   */
  tasks<TContract extends object>(contract: TContract, options?: TasksOptions): TasksOf<TContract>;
  /** Sends a plain message and waits for the plain reply, at any responder that knows temporary queues. */
  request(queue: QueueRef, body: string, options?: PlainRequestOptions): Promise<PlainReply>;
  /** Makes the reply queue ahead of the first call. Never rejects; a call tries again by itself. */
  ready(): Promise<ReplyQueueReadiness>;
  /** Calls that wait for a reply, and tasks whose result is waited for. */
  pendingCount(): number;
  /** How the polling of the reply queue does. */
  health(): InboxHealth;
  /**
   * Rejects open calls as CLOSED, ends the poll, deletes the reply queue. Idempotent. Bounded by 20 s,
   * which is two API requests that do not answer.
   */
  close(): Promise<void>;
}

/** Characters of a client id: 96 bits, so that no two processes share a reply queue. */
const CLIENT_ID_CHARACTERS = 16;

/** Throws an `RpcError` on options out of range. Nothing is made or sent before the first call. */
export function createRequester(options: RequesterOptions): Requester {
  const settings = resolveRequesterOptions(options);
  const { observer, transport } = settings;
  const { runtime } = transport;
  const clientId = runtime.createId(CLIENT_ID_CHARACTERS);
  const pending = new PendingCalls({
    runtime,
    observer,
    maxPendingCalls: settings.maxPendingCalls,
  });
  const replyQueue = transport.openReplyQueue({ clientId });
  const replyLoop = new ReplyLoop({ replyQueue, pending, clientId, transport, observer });
  const results = new TaskResults({ clientId, runtime, pending, replyQueue, replyLoop });
  const asker = new Asker({ settings, clientId, pending, replyQueue, replyLoop });
  let closed: Promise<void> | undefined;
  // From the first moment: whoever hears of a call that ends with it may want to make another one.
  let isClosed = false;

  const close = (): Promise<void> => {
    isClosed = true;
    closed ??= (async () => {
      asker.close();
      pending.failAll('CLOSED');
      const deleted = replyQueue.close();
      await replyLoop.close();
      await deleted;
    })();
    return closed;
  };

  const requester: Requester = {
    clientId,
    client: (contract, clientOptions = {}) =>
      createTypedClient(contract, clientOptions, asker, settings),
    tasks: (contract, tasksOptions = {}) =>
      createTaskClient(contract, tasksOptions, {
        settings,
        results,
        isClosed: () => isClosed,
      }),
    request: (queue, body, requestOptions = {}) =>
      plainRequest(asker, runtime, queue, body, requestOptions),
    ready: () => replyQueue.ready(),
    pendingCount: () => pending.size,
    health: () => replyQueue.health(),
    close,
    [Symbol.asyncDispose]: close,
  };
  askers.set(requester, { asker, runtime });
  return requester;
}

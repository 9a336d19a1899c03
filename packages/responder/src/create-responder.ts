/**
 * The responder: one request queue, its slots, one poll loop round the answerer.
 *
 *   answerer.ts          one delivery → ack or release (its own map is at its head)
 *   poll-loop.ts         owns the receiving
 *   concurrency-gate.ts  owns the slots, where they are the responder's own; else
 *   worker-pool.ts       slots in common (shared-slots.ts owns them, pool-place.ts asks for them)
 *   rate-window.ts       how many handlers may begin now
 *   implement.ts         a contract with its handlers, as a tRPC router
 *
 * The transport owns what is held, extended, deleted and on its way. This file owns the states.
 */
import { RpcError } from '@replyq/contract';
import {
  type Inbox,
  type InboxHealth,
  isFifo,
  type QueueRef,
  type ReplyRouter,
  sleep,
  type Transport,
} from '@replyq/contract/transport';
import type { AnyTRPCRouter } from '@trpc/server';
import { Answerer } from './answerer.ts';
import { deadLettersOf } from './dead-letters-of.ts';
import { assertTransport } from './option-shapes.ts';
import { PollLoop } from './poll-loop.ts';
import { resolvePolling, type PollingOptions } from './polling-options.ts';
import {
  resolveAnswererSettings,
  resolveServices,
  type AnswererSettings,
  type ContractService,
  type ContractsService,
  type QueueOption,
  type RouterService,
  type ServiceOptions,
} from './responder-options.ts';

/** Everything but what is served. */
export interface ServingOptions extends AnswererSettings, QueueOption, PollingOptions {}

export type ResponderOptions<
  TContract extends object,
  TRouter extends AnyTRPCRouter,
  TCtx,
> = ServiceOptions<TContract, TRouter, TCtx> & ServingOptions;

export interface Responder extends AsyncDisposable {
  readonly queue: QueueRef;
  /** Opens the queue and begins to receive. Rejects with an `RpcError` when the queue cannot be opened. */
  start(): Promise<void>;
  /** Receives nothing new, waits for the open poll and for running handlers, sends all deletes. */
  drain(): Promise<void>;
  /**
   * Like {@link drain}, but ends the open poll at once, aborts handlers after `drainMs` and gives
   * their requests back. Bounded by `drainMs`, and by some 15 s more if the queue service
   * does not answer; idempotent; safe at any time.
   */
  close(): Promise<void>;
  health(): ResponderHealth;
}

export interface ResponderHealth {
  readonly state: 'idle' | 'starting' | 'running' | 'draining' | 'closed';
  /** Running, and receives succeed. */
  readonly healthy: boolean;
  readonly runningHandlers: number;
  /** Of the pool, where it has one. */
  readonly freeSlots: number;
  /** Undefined before `start`. */
  readonly inbox: InboxHealth | undefined;
}

interface Running {
  readonly inbox: Inbox;
  readonly replies: ReplyRouter;
  readonly loop: PollLoop;
}

/** Handlers that want more of a context than any object must be given one. */
type NeedsContext<TCtx> = object extends TCtx ? unknown : { readonly createContext: unknown };

/** Throws an `RpcError` that says which option is out of range or which handler is missing. Makes no request. */
export function createResponder<TRouter extends AnyTRPCRouter>(
  options: RouterService<TRouter> & ServingOptions,
): Responder;
export function createResponder<TCtx = object>(
  options: ContractsService<TCtx> & ServingOptions & NeedsContext<TCtx>,
): Responder;
export function createResponder<TContract extends object, TCtx = object>(
  options: ContractService<TContract, TCtx> & ServingOptions & NeedsContext<TCtx>,
): Responder;
export function createResponder<TContract extends object, TRouter extends AnyTRPCRouter, TCtx>(
  options: ResponderOptions<TContract, TRouter, TCtx>,
): Responder {
  const transport: Transport = options.transport;
  assertTransport(transport);
  const { runtime } = transport;
  const settings = resolveAnswererSettings(options, runtime);
  const { createContext, defaultQueue, table } = resolveServices(options);
  const queue = options.queue ?? defaultQueue;
  if (queue === undefined)
    throw new RpcError({
      code: 'BAD_REQUEST',
      message: '`queue` is missing: nothing else names the request queue.',
    });
  const { drainMs, packs, slots } = resolvePolling(options, runtime);
  const draining = new AbortController();
  const closing = new AbortController();
  let state: ResponderHealth['state'] = 'idle';
  /** What there is to stop, now or once `start` is through; undefined: nothing was opened. */
  let opened: Promise<Running | undefined> = Promise.resolve(undefined);
  let running: Running | undefined;
  let starting: Promise<void> | undefined;
  let closed: Promise<void> | undefined;

  const open = async (): Promise<Running> => {
    const { create, visibilityMs, waitMs } = options;
    const inbox = await transport.openInbox(queue, {
      hasRoom: () => slots.freeSlots > 0,
      framesPerMessage: packs,
      ...(create === undefined ? {} : { create }),
      ...(visibilityMs === undefined ? {} : { visibilityMs }),
      ...(waitMs === undefined ? {} : { waitMs }),
    });
    try {
      const replies = await transport.openReplies(queue, settings.replyTo);
      const answerer = new Answerer({
        runtime,
        table,
        replies,
        settings,
        createContext,
        queue: inbox.queue,
        maxWaiting: slots.size,
        own: () => transport.outbox(queue),
        deadLetters: () => deadLettersOf(transport, replies, options.deadLetterQueue),
        draining: draining.signal,
        closing: closing.signal,
        // A group's next request is received when this one was settled, and that is after its reply.
        patientReplies: !isFifo(inbox.queue),
        packs: () => inbox.framesPerMessage,
      });
      return { inbox, replies, loop: new PollLoop({ inbox, answerer, slots, runtime }) };
    } catch (cause) {
      await inbox.close();
      throw cause;
    }
  };

  const openAndRun = async (): Promise<void> => {
    const opening = open();
    opened = opening.catch(() => undefined);
    try {
      running = await opening;
    } catch (cause) {
      if (state === 'starting') state = 'idle';
      throw cause;
    }
    if (state !== 'starting') throw ended(queue);
    state = 'running';
    running.loop.start();
  };

  const start = (): Promise<void> => {
    if (state !== 'idle') return starting ?? Promise.reject(ended(queue));
    state = 'starting';
    starting = openAndRun().finally(() => {
      if (state !== 'running') starting = undefined;
    });
    return starting;
  };

  const drain = async (): Promise<void> => {
    if (state === 'closed') return closed;
    state = 'draining';
    draining.abort();
    starting = undefined;
    const stopped = await opened;
    await stopped?.loop.stop(false);
    await Promise.all([stopped?.inbox.stop(), slots.empty(closing.signal)]);
    await stopped?.inbox.close();
    stopped?.replies.close();
    // Handlers that were given up may still run: their leases run out by themselves.
    closing.abort();
  };

  const close = (): Promise<void> => {
    closed ??= (async () => {
      state = 'closed';
      draining.abort();
      starting = undefined;
      const stopped = await opened;
      await stopped?.loop.stop(true);
      void stopped?.inbox.stop();
      const giveUp = runtime.setTimer(drainMs, () => closing.abort(), { keepAlive: true });
      await slots.empty(closing.signal);
      giveUp.cancel();
      // Handlers that heed their signal give their requests back themselves, in this turn.
      if (closing.signal.aborted) await sleep(runtime, 1, { keepAlive: true });
      closing.abort();
      await stopped?.inbox.close();
      stopped?.replies.close();
    })();
    return closed;
  };

  return {
    queue,
    start,
    drain,
    close,
    health: () => {
      const inbox = running?.inbox.health();
      return {
        state,
        healthy: state === 'running' && inbox?.healthy === true,
        runningHandlers: slots.running,
        freeSlots: slots.freeSlots,
        inbox,
      };
    },
    [Symbol.asyncDispose]: close,
  };
}

function ended(queue: QueueRef): RpcError {
  const message = 'The responder was closed or drained; make a new one.';
  return new RpcError({ code: 'CLOSED', queue, message });
}

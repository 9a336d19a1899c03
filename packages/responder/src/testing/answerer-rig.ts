// An answerer in virtual time between a scripted request and a scripted reply queue.
import type {
  OutgoingFrame,
  ReplyqEvent,
  ReplyRoute,
  ReplyRouter,
  SendOutcome,
} from '@replyq/contract/transport';
import {
  decodeErrorBody,
  decodeValue,
  type DecodedError,
  type HeaderRecord,
  type WireFrame,
} from '@replyq/contract/wire';
import { createVirtualRuntime, type VirtualRuntime } from '@replyq/testing';
import type { AnyTRPCRouter } from '@trpc/server';
import { Answerer } from '../answerer.ts';
import type { Slot } from '../claims.ts';
import type { IncomingFrame, Settlement } from '../incoming.ts';
import { TaskQueues } from './task-queues.ts';
import {
  resolveAnswererSettings,
  resolveServices,
  type AnswererSettings,
  type ServiceOptions,
} from '../responder-options.ts';

/** A request as a test states it; by default a mutation in JSON that waits for a reply. */
export interface Ask {
  readonly procedure?: string;
  readonly input?: unknown;
  /** Instead of `input`: the body as it is. */
  readonly body?: string;
  readonly header?: HeaderRecord;
  readonly frame?: Partial<WireFrame>;
  /** Nobody waits. */
  readonly task?: boolean;
  /** No header of replyq's. */
  readonly foreign?: boolean;
  readonly ageMs?: number;
  readonly receiveCount?: number;
  readonly separable?: boolean;
  readonly sentAtMs?: number;
  readonly senderId?: string;
  readonly messageId?: string;
  /** As a poll loop has one. */
  readonly slot?: Slot;
}

export interface Rig {
  readonly runtime: VirtualRuntime;
  readonly events: ReplyqEvent[];
  /** Closing aborts it, too. */
  readonly draining: AbortController;
  readonly closing: AbortController;
  /** Replies that the reply queue has accepted, with the name of that queue. */
  readonly replies: (WireFrame & { readonly queue: string; readonly patienceMs: number })[];
  /** What the next sends end with instead. */
  readonly outcomes: SendOutcome[];
  readonly tasks: TaskQueues;
  /** Answers one request; time moves as far as it needs. */
  answer(ask: Ask): Promise<Settlement>;
  /** The same, without moving time. */
  begin(ask: Ask): Promise<Settlement>;
  /** The value of the last reply, which has to be a result. */
  result(): unknown;
  /** The error of the last reply, which has to be one. */
  error(): DecodedError;
  kinds(): string[];
}

export const HOST = 'http://q/000000000000/__RequesterClientQueues__me';

export function openAnswerer<TContract extends object, TRouter extends AnyTRPCRouter, TCtx>(
  options: ServiceOptions<TContract, TRouter, TCtx> & AnswererSettings,
  runtime: VirtualRuntime = createVirtualRuntime(),
): Rig {
  const events: ReplyqEvent[] = [];
  const draining = new AbortController();
  const closing = new AbortController();
  const replies: Rig['replies'][number][] = [];
  const outcomes: SendOutcome[] = [];
  const tasks = new TaskQueues();
  const observer = (event: ReplyqEvent): void => void events.push(event);
  const settings = resolveAnswererSettings({ observer, ...options }, runtime);
  const { createContext, table } = resolveServices(options);
  const answerer = new Answerer({
    runtime,
    table,
    replies: routerTo(replies, outcomes),
    settings,
    createContext,
    queue: 'requests',
    draining: AbortSignal.any([draining.signal, closing.signal]),
    closing: closing.signal,
    maxWaiting: 2,
    own: () => tasks.own,
    deadLetters: () => tasks.deadLetters,
    patientReplies: true,
    packs: () => 8,
  });
  const last = (kind: string): WireFrame => {
    const reply = replies.at(-1);
    if (reply?.header?.['kind'] !== kind) throw new Error(`no ${kind}: ${JSON.stringify(reply)}`);
    return reply;
  };
  const begin = (ask: Ask): Promise<Settlement> =>
    answerer.answer(incoming(ask, runtime), ask.slot);
  return {
    runtime,
    events,
    draining,
    closing,
    replies,
    outcomes,
    tasks,
    begin,
    answer: (ask) => runtime.run(begin(ask)),
    result: () => valueOf(last('result')),
    error: () => decodeErrorBody(valueOf(last('error'))),
    kinds: () => events.map(({ kind }) => kind),
  };
}

function valueOf({ body, header }: WireFrame): unknown {
  const content = header?.['content'];
  if (content === 'trpc') return JSON.parse(body);
  if (content === 'text') return body;
  return decodeValue(content === 'superjson' ? 'superjson' : 'json', body, { direction: 'reply' });
}

/** Refuses addresses that name `elsewhere`; takes everything else. */
function routerTo(replies: Rig['replies'], outcomes: SendOutcome[]): ReplyRouter {
  return {
    close: () => undefined,
    route(address: string): ReplyRoute {
      if (address.includes('elsewhere')) return { kind: 'refused', rule: 'prefix' };
      const [url = '', virtualQueue] = address.split('#');
      const queue = url.slice(url.lastIndexOf('/') + 1);
      const send = async (frame: OutgoingFrame): Promise<SendOutcome> => {
        if (frame.withdrawn()) return { kind: 'withdrawn' };
        const outcome = outcomes.shift() ?? { kind: 'accepted', messageId: 'm' };
        const encoded = frame.encode(1, 0);
        const { patienceMs = 0 } = frame;
        if (outcome.kind === 'accepted') replies.push({ ...encoded, queue, patienceMs });
        return outcome;
      };
      const outbox = { queue, send, prepare() {}, heardPacks() {} };
      return virtualQueue === undefined
        ? { kind: 'route', outbox }
        : { kind: 'route', outbox, virtualQueue };
    },
  };
}

function incoming(ask: Ask, runtime: VirtualRuntime): IncomingFrame {
  const { ageMs = 0, receiveCount = 1, task = false, foreign = false, header, frame } = ask;
  const startedMs = runtime.monotonicMs();
  const own = {
    procedure: ask.procedure ?? 'run',
    header: {
      v: 1,
      type: 'mutation',
      timeoutMs: 1000,
      at: runtime.nowMs(),
      content: 'json',
      ...header,
    },
  };
  return {
    messageId: ask.messageId ?? 'message-1',
    sentAtMs: ask.sentAtMs ?? runtime.nowMs() - ageMs,
    receiveCount,
    senderId: ask.senderId ?? 'ann',
    groupId: undefined,
    separable: ask.separable ?? false,
    ageMs: () => ageMs + (runtime.monotonicMs() - startedMs),
    frame: {
      ...(task ? {} : { replyTo: `${HOST}#call-1` }),
      ...(foreign ? {} : own),
      body: ask.body ?? JSON.stringify(ask.input ?? null),
      attributes: {},
      ...frame,
    },
  };
}

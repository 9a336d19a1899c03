// A requester over the memory transport in virtual time, and a scripted peer that answers it.
import { defineContract, mutation, query } from '@replyq/contract';
import type { Delivery, Inbox, ReplyqEvent, Transport } from '@replyq/contract/transport';
import type { HeaderRecord, WireFrame } from '@replyq/contract/wire';
import { createMemoryQueueService, memoryTransport } from '@replyq/memory';
import type { QueueService } from '@replyq/queue';
import { createVirtualRuntime, type VirtualRuntime } from '@replyq/testing';
import { z } from 'zod';
import { createRequester, type Requester } from '../create-requester.ts';
import type { RequesterOptions } from '../requester-options.ts';

/** The contract that the requester's tests call. */
export const shop = defineContract('shop', {
  price: query({ input: z.string(), output: z.number() }),
  buy: mutation({
    input: z.unknown(),
    output: z.unknown(),
    errors: { soldOut: z.object({ until: z.date() }), closed: true },
    timeoutMs: 2000,
  }),
});

export const RESULT: HeaderRecord = { v: 1, kind: 'result', content: 'json' };
export const ERROR: HeaderRecord = { v: 1, kind: 'error', content: 'json' };

/** A request as the peer got it. */
export interface Asked {
  readonly delivery: Delivery;
  readonly frame: WireFrame;
  readonly header: HeaderRecord;
  readonly callId: string;
  /** Sends a reply; by default a JSON result. Resolves when the reply queue has it. */
  reply(body: string, parts?: Partial<WireFrame> & { readonly bare?: boolean }): Promise<void>;
}

export interface Rig {
  readonly runtime: VirtualRuntime;
  readonly transport: Transport;
  readonly requester: Requester;
  readonly events: ReplyqEvent[];
  /** What the peer has received so far. */
  readonly asked: Asked[];
  /** Operations of the queue service that tests replace. */
  readonly faults: Partial<QueueService>;
  readonly service: QueueService;
  /** What the peer does with each request. Default: nothing. */
  onAsked: (asked: Asked) => void | Promise<void>;
  /** Counts the API requests of one operation on queues whose name contains `part`. */
  apiRequests(operation: string, part: string): number;
  close(): Promise<void>;
}

/** Its request queue is `shop`, read by the peer. Requester and peer have transports of their own. */
export async function openRig(options: Partial<RequesterOptions> = {}): Promise<Rig> {
  const runtime = createVirtualRuntime();
  const events: ReplyqEvent[] = [];
  const faults: Partial<QueueService> = {};
  const memory = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
  const service = new Proxy<QueueService>(memory, {
    get: (target, name: keyof QueueService) => {
      const own = faults[name] ?? target[name];
      return typeof own === 'function' ? own.bind(target) : own;
    },
  });
  const observer = (event: ReplyqEvent): void => void events.push(event);
  const transport = memoryTransport({ service, runtime, observer });
  const peerTransport = memoryTransport({ service: memory, runtime });
  const requester = createRequester({ transport, observer, ...options });
  const asked: Asked[] = [];
  const inbox = await peerTransport.openInbox('shop', { create: true });
  const replies = await peerTransport.openReplies('shop', {});
  const rig: Rig = {
    runtime,
    transport,
    requester,
    events,
    asked,
    faults,
    service: memory,
    onAsked: () => undefined,
    apiRequests: (operation, part) =>
      events.filter(
        (event) =>
          event.kind === 'apiRequest' &&
          event.operation === operation &&
          event.queue.includes(part),
      ).length,
    async close() {
      await runtime.run(requester.close());
      stop.abort();
      await runtime.run(inbox.close());
      await runtime.run(transport.close());
      await runtime.run(peerTransport.close());
    },
  };
  const stop = new AbortController();
  void listen(inbox, stop.signal, (delivery) => {
    const { frame } = delivery;
    const request: Asked = {
      delivery,
      frame,
      header: frame.header ?? {},
      callId: frame.replyTo?.split('#')[1] ?? '',
      reply: async (body, { bare = false, ...parts } = {}) => {
        const route = replies.route(frame.replyTo ?? '');
        if (route.kind === 'refused') throw new Error(route.rule);
        await route.outbox.send({
          deadlineMs: runtime.monotonicMs() + 60_000,
          withdrawn: () => false,
          encode: () => ({
            body,
            attributes: {},
            ...(route.virtualQueue === undefined ? {} : { virtualQueue: route.virtualQueue }),
            ...(bare ? {} : { header: RESULT }),
            ...parts,
          }),
        });
      },
    };
    asked.push(request);
    delivery.ack();
    void rig.onAsked(request);
  });
  return rig;
}

async function listen(
  inbox: Inbox,
  signal: AbortSignal,
  take: (delivery: Delivery) => void,
): Promise<void> {
  while (!signal.aborted) {
    const received = await inbox.receive({ maxFrames: 100, signal });
    if (received.kind !== 'deliveries') return;
    for (const delivery of received.deliveries) take(delivery);
  }
}

/** What a promise rejected with. Fails when it resolves. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`resolved with ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}

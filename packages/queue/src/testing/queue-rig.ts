// Queues in memory and in virtual time, under a transport whose service can be made to fail.
import type {
  Delivery,
  Inbox,
  InboxOptions,
  OutgoingFrame,
  ReplyqEvent,
  Transport,
} from '@replyq/contract/transport';
import type { MessageParts } from '@replyq/contract/wire';
import { createMemoryQueueService, memoryTransport } from '@replyq/memory';
import type { QueueService, QueueTransportOptions } from '@replyq/queue';
import {
  createVirtualRuntime,
  ScriptedQueueService,
  type ServiceScript,
  type VirtualRuntime,
} from '@replyq/testing';

export interface QueueRig {
  readonly runtime: VirtualRuntime;
  readonly transport: Transport;
  /** The same queues, past the transport. */
  readonly service: QueueService;
  /** The transport's service. */
  readonly scripted: QueueService;
  readonly script: ServiceScript;
  /** Operations of the transport's service that tests replace. */
  readonly faults: Partial<QueueService>;
  readonly events: ReplyqEvent[];
  told<K extends ReplyqEvent['kind']>(kind: K): Extract<ReplyqEvent, { readonly kind: K }>[];
  /** Gives the URL. FIFO when the name says so. */
  makeQueue(name: string): Promise<string>;
  /** One message for each body, past the transport. */
  put(queueUrl: string, bodies: readonly string[], groupId?: string): Promise<void>;
  putMessage(queueUrl: string, message: MessageParts): Promise<void>;
  /** The service's counts of the queue. */
  left(queueUrl: string): Promise<{ readonly visible: number; readonly inFlight: number }>;
  /** An inbox with a visibility of 10 s and a wait of 1 s, which the rig closes. */
  open(queueUrl: string, options?: InboxOptions): Promise<Inbox>;
  /** One receive, which ends within its wait. */
  take(inbox: Inbox, maxFrames?: number): Promise<readonly Delivery[]>;
  frame(body: string, options?: Partial<OutgoingFrame>): OutgoingFrame;
  /** Rejects when a timer is left. */
  close(): Promise<void>;
}

export function openQueueRig(options: QueueTransportOptions = {}): QueueRig {
  const runtime = createVirtualRuntime();
  const events: ReplyqEvent[] = [];
  const faults: Partial<QueueService> = {};
  const memory = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
  const faulty = new Proxy<QueueService>(memory, {
    get: (target, name: keyof QueueService) => {
      const own = faults[name] ?? target[name];
      return typeof own === 'function' ? own.bind(target) : own;
    },
  });
  const service = new ScriptedQueueService(faulty);
  const transport = memoryTransport({
    ...options,
    service,
    runtime,
    observer: (event) => void events.push(event),
  });
  const inboxes: Inbox[] = [];
  const rig: QueueRig = {
    runtime,
    transport,
    service: memory,
    scripted: service,
    script: service.script,
    faults,
    events,
    told: (kind) => events.filter((event): event is never => event.kind === kind),
    async makeQueue(name) {
      const fifo = name.endsWith('.fifo');
      const made = await memory.createQueue({ name, ...(fifo ? { attributes: { fifo } } : {}) });
      if (made.kind !== 'ok') throw new Error(made.error);
      return made.queueUrl;
    },
    async put(queueUrl, bodies, groupId) {
      const fifo = queueUrl.endsWith('.fifo');
      const group = groupId === undefined ? {} : { groupId };
      for (const body of bodies) {
        const deduplication = fifo ? { deduplicationId: body } : {};
        await rig.putMessage(queueUrl, { body, attributes: {}, ...group, ...deduplication });
      }
    },
    async putMessage(queueUrl, message) {
      const sent = await memory.sendBatch({ queueUrl, entries: [message] });
      if (sent.kind !== 'ok' || sent.entries[0]?.kind !== 'ok') throw new Error('not taken');
    },
    async left(queueUrl) {
      const found = await memory.getQueueAttributes({ queueUrl });
      if (found.kind !== 'ok') throw new Error(found.error);
      const { visibleCount, inFlightCount } = found.attributes;
      return { visible: visibleCount, inFlight: inFlightCount };
    },
    async open(queueUrl, inboxOptions) {
      const opening = transport.openInbox(queueUrl, {
        visibilityMs: 10_000,
        waitMs: 1000,
        ...inboxOptions,
      });
      const inbox = await runtime.run(opening);
      inboxes.push(inbox);
      return inbox;
    },
    async take(inbox, maxFrames = 10) {
      const received = await runtime.run(inbox.receive({ maxFrames }));
      if (received.kind !== 'deliveries') throw new Error(`It ended as ${received.kind}`);
      return received.deliveries;
    },
    frame: (body, frameOptions) => ({
      deadlineMs: runtime.monotonicMs() + 20_000,
      withdrawn: () => false,
      encode: () => ({ body, attributes: {} }),
      ...frameOptions,
    }),
    async close() {
      service.script.heal();
      for (const name of Object.keys(faults)) delete faults[name as keyof QueueService];
      for (const inbox of inboxes) await runtime.run(inbox.close());
      await runtime.run(transport.close());
      if (runtime.timerCount() > 0) throw new Error(`Left: ${runtime.timerCount()} timers`);
    },
  };
  return rig;
}

export function bodiesOf(deliveries: readonly Delivery[]): readonly string[] {
  return deliveries.map(({ frame }) => frame.body);
}

// Virtual queues over queues in memory and in virtual time; the service can be made to fail.
import type { ReplyqEvent } from '@replyq/contract/transport';
import { ATTRIBUTE } from '@replyq/contract/wire';
import { createMemoryQueueService } from '@replyq/memory';
import type { QueueService } from '@replyq/queue';
import {
  VirtualQueues,
  type VirtualHost,
  type VirtualMessage,
  type VirtualQueue,
  type VirtualQueueEvent,
  type VirtualQueuesOptions,
} from '@replyq/queue/virtual-queues';
import { createVirtualRuntime, type VirtualRuntime } from '@replyq/testing';

type Event = ReplyqEvent | VirtualQueueEvent;

export interface VirtualQueueRig {
  readonly runtime: VirtualRuntime;
  /** Past the virtual queues. */
  readonly service: QueueService;
  /** Operations that tests replace. */
  readonly faults: Partial<QueueService>;
  readonly events: Event[];
  told<K extends Event['kind']>(kind: K): Extract<Event, { readonly kind: K }>[];
  /** Each is a process of its own. */
  process(options?: Partial<VirtualQueuesOptions>): VirtualQueues;
  /** FIFO when the name says so. */
  makeHost(name?: string, visibilityMs?: number): Promise<string>;
  /** For the virtual queue of that name. */
  put(
    hostUrl: string,
    virtualQueue: string | undefined,
    bodies: readonly string[],
    groupId?: string,
  ): Promise<void>;
  left(queueUrl: string): Promise<{ readonly visible: number; readonly inFlight: number }>;
  receive(queue: VirtualQueue, options?: ReceiveOptions): Promise<readonly VirtualMessage[]>;
  delete(host: VirtualHost, messages: readonly VirtualMessage[]): Promise<void>;
  /** Rejects when a timer is left. */
  close(): Promise<void>;
}

export interface ReceiveOptions {
  readonly maxMessages?: number;
  readonly waitMs?: number;
  readonly visibilityMs?: number;
  readonly signal?: AbortSignal;
}

export const VISIBILITY_MS = 30_000;

export function openVirtualQueueRig(): VirtualQueueRig {
  const runtime = createVirtualRuntime();
  const memory = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
  const faults: Partial<QueueService> = {};
  const events: Event[] = [];
  const processes: VirtualQueues[] = [];
  const observer = (event: Event): void => void events.push(event);
  const service = (): QueueService =>
    new Proxy<QueueService>(memory, {
      get: (target, name: keyof QueueService) => {
        if (name === 'close') return async (): Promise<void> => undefined;
        const own = faults[name] ?? target[name];
        return typeof own === 'function' ? own.bind(target) : own;
      },
    });
  return {
    runtime,
    service: memory,
    faults,
    events,
    told: (kind) => events.filter((event): event is never => event.kind === kind),
    process(options = {}) {
      const opened = new VirtualQueues({ service: service(), runtime, observer, ...options });
      processes.push(opened);
      return opened;
    },
    async makeHost(name = 'host', visibilityMs = VISIBILITY_MS) {
      const attributes = { fifo: name.endsWith('.fifo'), visibilityMs };
      const made = await memory.createQueue({ name, attributes });
      if (made.kind !== 'ok') throw new Error(made.error);
      return made.queueUrl;
    },
    async put(queueUrl, virtualQueue, bodies, groupId = 'g') {
      const attributes =
        virtualQueue === undefined
          ? {}
          : { [ATTRIBUTE.virtualQueue]: { type: 'String', value: virtualQueue } };
      for (const body of bodies) {
        const fifo = queueUrl.endsWith('.fifo') ? { groupId, deduplicationId: body } : {};
        const sent = await memory.sendBatch({ queueUrl, entries: [{ body, attributes, ...fifo }] });
        if (sent.kind !== 'ok' || sent.entries[0]?.kind !== 'ok') throw new Error('not taken');
      }
    },
    async left(queueUrl) {
      const found = await memory.getQueueAttributes({ queueUrl });
      if (found.kind !== 'ok') throw new Error(found.error);
      const { inFlightCount, visibleCount } = found.attributes;
      return { visible: visibleCount, inFlight: inFlightCount };
    },
    receive: (queue, options) =>
      queue.receive({ maxMessages: 10, waitMs: 0, visibilityMs: VISIBILITY_MS, ...options }),
    async delete(host, messages) {
      for (const { receiptHandle } of messages) {
        await memory.deleteBatch({ queueUrl: host.queueUrl, receiptHandles: [receiptHandle] });
        host.settled(receiptHandle, 'deleted');
      }
    },
    async close() {
      for (const name of Object.keys(faults)) delete faults[name as keyof QueueService];
      for (const opened of processes) await runtime.run(opened.close());
      await memory.close();
      if (runtime.timerCount() > 0) throw new Error(`Left: ${runtime.timerCount()} timers`);
    },
  };
}

export function hostOf(queues: VirtualQueues, queueUrl: string): VirtualHost {
  const host = queues.host(queueUrl);
  if (host === undefined) throw new Error(`${queueUrl} is no queue's URL`);
  return host;
}

export const bodiesIn = (messages: readonly VirtualMessage[]): readonly string[] =>
  messages.map(({ message }) => message.body);

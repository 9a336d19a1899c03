// Responders and a requester over one memory service, in virtual time.
import { sleep, type ReplyqEvent, type Transport } from '@replyq/contract/transport';
import { createMemoryQueueService, memoryTransport } from '@replyq/memory';
import type { QueueService, QueueTransportOptions } from '@replyq/queue';
import { createRequester, type Requester } from '@replyq/requester';
import { createVirtualRuntime, type VirtualRuntime } from '@replyq/testing';

export interface World {
  readonly runtime: VirtualRuntime;
  readonly service: QueueService;
  /** For the responders. */
  readonly transport: Transport;
  readonly requester: Requester;
  /** Of the responders' transport. */
  readonly events: ReplyqEvent[];
  readonly faults: Partial<QueueService>;
  readonly observer: (event: ReplyqEvent) => void;
  /** The responders are the test's to close, before. */
  close(): Promise<void>;
}

/** `tripMs`: how long a send, receive or delete is under way at least, beside what it waits for. */
export function openWorld(options: QueueTransportOptions = {}, tripMs = 0): World {
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
  const far = (near: QueueService): QueueService =>
    tripMs === 0 ? near : overALongWay(near, runtime, tripMs);
  const observer = (event: ReplyqEvent): void => void events.push(event);
  const transport = memoryTransport({ ...options, service: far(service), runtime, observer });
  const requesterTransport = memoryTransport({ service: far(memory), runtime });
  const requester = createRequester({ transport: requesterTransport });
  return {
    runtime,
    service: memory,
    transport,
    requester,
    events,
    faults,
    observer,
    async close() {
      await runtime.run(requester.close());
      await runtime.run(transport.close());
      await runtime.run(requesterTransport.close());
    },
  };
}

const FAR: ReadonlySet<keyof QueueService> = new Set(['sendBatch', 'receive', 'deleteBatch']);

function overALongWay(near: QueueService, runtime: VirtualRuntime, tripMs: number): QueueService {
  const trip = async (request: () => unknown): Promise<unknown> => {
    const wayMs = (tripMs * (1 + 0.3 * runtime.random())) / 2;
    await sleep(runtime, wayMs);
    const answer = await request();
    await sleep(runtime, wayMs);
    return answer;
  };
  return new Proxy(near, {
    get(target, name: keyof QueueService) {
      const own: unknown = target[name];
      if (typeof own !== 'function') return own;
      const asked = (...request: unknown[]): unknown => Reflect.apply(own, target, request);
      return FAR.has(name) ? (...request: unknown[]) => trip(() => asked(...request)) : asked;
    },
  });
}

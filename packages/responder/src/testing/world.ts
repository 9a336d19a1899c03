// Responders and a requester over one memory service, in virtual time.
import type { ReplyqEvent, Transport } from '@replyq/contract/transport';
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

export function openWorld(options: QueueTransportOptions = {}): World {
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
  const transport = memoryTransport({ ...options, service, runtime, observer });
  const requesterTransport = memoryTransport({ service: memory, runtime });
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

import { createMemoryQueueService, memoryTransport } from '@replyq/memory';
import type { Observer, ReplyqEvent, Transport } from '@replyq/contract/transport';
import { sqsTransport } from '@replyq/sqs';
import { startLocalSqs } from '@replyq/testing';
import type { PackingSettings, QueueService } from '@replyq/queue';
import { createSqsService } from '@replyq/sqs';

/** A place where a story happens: a queue service, and transports for the programs in it. */
export interface World extends AsyncDisposable {
  /** One per program. Closed with the world. */
  transport(): Transport;
  /** All that was observed by transports, and by whoever was given {@link observer}, in order. */
  readonly events: readonly ReplyqEvent[];
  readonly observer: Observer;
  /** For looking behind the scenes. */
  readonly service: QueueService;
  /** API requests so far, by operation. */
  requests(): Readonly<Record<string, number>>;
}

interface NamedWorld {
  readonly name: string;
  readonly open: () => Promise<World>;
}

/** Each service with packing as it is by default, from the first call on, and not at all. */
export const WORLDS: readonly NamedWorld[] = [
  ['memory', openMemory] as const,
  ['SQS protocol', openLocalSqs] as const,
].flatMap(([name, open]) => [
  { name, open: () => open({}) },
  { name: `${name}, packed from the first call on`, open: () => open({ framesPerMessage: 16 }) },
  { name: `${name}, one frame a message`, open: () => open({ framesPerMessage: 1 }) },
]);

async function openMemory(packing: PackingSettings): Promise<World> {
  const service = createMemoryQueueService({ createdVisibleAfterMs: 0 });
  return world(
    service,
    (observer) => memoryTransport({ service: unclosed(service), observer, packing }),
    () => service.close(),
  );
}

async function openLocalSqs(packing: PackingSettings): Promise<World> {
  const local = await startLocalSqs();
  const { clientConfig } = local;
  const service = createSqsService({ clientConfig });
  return world(
    service,
    (observer) => sqsTransport({ clientConfig, observer, packing }),
    async () => {
      await service.close();
      await local.close();
    },
  );
}

/** Two programs of one story share the service; it goes down with the world, not with the first of them. */
function unclosed(service: QueueService): QueueService {
  return new Proxy(service, {
    get: (target, key) => {
      if (key === 'close') return async () => undefined;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function world(
  service: QueueService,
  makeTransport: (observer: Observer) => Transport,
  closeService: () => Promise<void>,
): World {
  const events: ReplyqEvent[] = [];
  const transports: Transport[] = [];
  const observer = (event: ReplyqEvent): void => void events.push(event);
  return {
    events,
    observer,
    service,
    transport: () => {
      const transport = makeTransport(observer);
      transports.push(transport);
      return transport;
    },
    requests: () => {
      const counts: Record<string, number> = {};
      for (const event of events) {
        if (event.kind === 'apiRequest')
          counts[event.operation] = (counts[event.operation] ?? 0) + 1;
      }
      return counts;
    },
    [Symbol.asyncDispose]: async () => {
      for (const transport of transports) await transport.close();
      await closeService();
    },
  };
}

/** The names of all queues that there are. */
export async function queueNames(service: QueueService): Promise<readonly string[]> {
  const listed = await service.listQueues({ prefix: '' });
  return listed.kind === 'ok'
    ? listed.queueUrls.map((url) => url.split('/').at(-1) ?? '')
    : [listed.error];
}

import type { Transport } from '@replyq/contract/transport';
import {
  createMemoryQueueService,
  memoryTransport,
  type MemoryQueueServiceOptions,
} from '@replyq/memory';
import { ScriptedQueueService } from '../scripted-queue-service.ts';
import { createVirtualRuntime } from '../virtual-runtime.ts';
import { expectOk, expectTrue } from '../queue-service-suite/expect.ts';
import type { TransportFixture, TransportFixtureOptions } from './transport-fixture.ts';

export interface MemoryTransportFixtureOptions extends TransportFixtureOptions {
  /** Of the memory service, e.g. to make it less orderly. */
  readonly service?: Omit<MemoryQueueServiceOptions, 'runtime'>;
  readonly seed?: number;
  /** What the suite shall be run against, round the memory transport. Default: that itself. */
  readonly wrap?: (transport: Transport) => Transport;
}

/** SQS: how long a queue that was just made is not to be found. */
const USABLE_AFTER_MS = 1_000;

/** A fixture over the memory transport, on virtual time. */
export async function openMemoryTransportFixture(
  options: MemoryTransportFixtureOptions = {},
): Promise<TransportFixture> {
  const runtime = createVirtualRuntime({ seed: options.seed ?? 1 });
  const memory = createMemoryQueueService({
    clockOffsetMs: -(options.clockSkewMs ?? 0),
    createdVisibleAfterMs: USABLE_AFTER_MS,
    ...options.service,
    runtime,
  });
  const scripted = new ScriptedQueueService(memory);
  const inner = memoryTransport({ ...options.transport, service: scripted, runtime });
  const transport = options.wrap?.(inner) ?? inner;
  let count = 0;
  const name = (label: string): string => `${label}-${(count += 1)}`;
  return {
    transport,
    runtime,
    service: memory,
    script: scripted.script,
    features: { virtualTime: true, faults: true, fifo: true, fifoBatches: true, traceHeader: true },
    elapse: (ms) => runtime.advance(ms),
    run: (promise) => runtime.run(promise),
    name,
    openTimers: () => runtime.timerCount(),
    async makeQueue(request = {}) {
      const result = await memory.createQueue({ name: name('queue'), ...request });
      const queueUrl = expectOk(result, 'CreateQueue').queueUrl;
      await runtime.advance(USABLE_AFTER_MS);
      const { attributes } = expectOk(await memory.getQueueAttributes({ queueUrl }), 'Attributes');
      return {
        name: queueUrl.slice(queueUrl.lastIndexOf('/') + 1),
        url: queueUrl,
        arn: attributes.arn,
      };
    },
    async close() {
      // A case that closed the transport closed the service with it, and its queues are gone.
      const listed = await memory.listQueues({ prefix: '__' });
      await runtime.run(transport.close());
      const left = listed.kind === 'ok' ? listed.queueUrls : [];
      expectTrue(left.length === 0, `Left: ${left.join(', ')}`);
      expectTrue(runtime.timerCount() === 0, `Left: ${runtime.timerCount()} timers`);
    },
  };
}

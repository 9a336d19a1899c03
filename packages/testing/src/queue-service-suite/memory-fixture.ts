import { createMemoryQueueService, type MemoryQueueServiceOptions } from '@replyq/memory';
import { createVirtualRuntime, type VirtualRuntime } from '../virtual-runtime.ts';
import { expectOk } from './expect.ts';
import type { QueueServiceFixture } from './queue-service-fixture.ts';

/** A fixture over the memory service, on virtual time. */
export function openMemoryFixture(
  options: Omit<MemoryQueueServiceOptions, 'runtime'> & { readonly runtime?: VirtualRuntime } = {},
): Promise<QueueServiceFixture> {
  const runtime = options.runtime ?? createVirtualRuntime();
  const service = createMemoryQueueService({ ...options, runtime });
  const prefix = `t-${runtime.createId(6)}`;
  let count = 0;
  const queueName = (label: string): string => {
    count += 1;
    return `${prefix}-${count}-${label}`;
  };
  return Promise.resolve({
    service,
    runtime,
    features: {
      virtualTime: true,
      fifo: true,
      fairQueues: true,
      traceHeader: true,
      strictMessages: true,
      strictHandles: true,
      blockedNames: true,
    },
    elapse: (ms) => runtime.advance(ms),
    finish: (promise) => runtime.run(promise),
    queueName,
    makeQueue: async (request = {}) => {
      const made = await service.createQueue({ name: queueName('queue'), ...request });
      await runtime.advance(options.createdVisibleAfterMs ?? 1_000);
      return expectOk(made, 'CreateQueue').queueUrl;
    },
    close: () => service.close(),
  });
}

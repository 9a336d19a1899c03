import type { Observer, Runtime, Transport } from '@replyq/contract/transport';
import { createQueueTransport, type QueueService, type QueueTransportOptions } from '@replyq/queue';
import { createMemoryQueueService } from './memory-queue-service.ts';

export interface MemoryTransportOptions extends QueueTransportOptions {
  /**
   * Where the queues live. Give two transports one service to let two programs of one process talk
   * over it; the first transport that is closed closes it. Default: a service of its own, whose
   * queues are usable at once when made.
   */
  readonly service?: QueueService;
  /** Default: the platform's clock, timers, randomness and ids. */
  readonly runtime?: Runtime;
  readonly observer?: Observer;
}

/** A transport within this process, with SQS's rules and without SQS. */
export function memoryTransport(options: MemoryTransportOptions = {}): Transport {
  const service =
    options.service ??
    createMemoryQueueService({
      createdVisibleAfterMs: 0,
      ...(options.runtime === undefined ? {} : { runtime: options.runtime }),
    });
  return createQueueTransport({ ...options, service });
}

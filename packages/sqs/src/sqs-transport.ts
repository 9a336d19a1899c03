import type { Observer, Runtime, Transport } from '@replyq/contract/transport';
import { createQueueTransport, type QueueTransportOptions } from '@replyq/queue';
import { createSqsService, type SqsServiceOptions } from './sqs-service.ts';

export interface SqsTransportOptions extends QueueTransportOptions, SqsServiceOptions {
  readonly runtime?: Runtime;
  /** Sees each API request. */
  readonly observer?: Observer;
}

/**
 * A transport over Amazon SQS. Credentials, region and endpoint come by the AWS SDK's own chain, or
 * from `clientConfig`. Opens no socket before the first request. Close it last, after the requesters
 * and responders that use it.
 */
export function sqsTransport(options: SqsTransportOptions = {}): Transport {
  return createQueueTransport({ ...options, service: createSqsService(options) });
}

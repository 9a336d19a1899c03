import type { Transport } from '@replyq/contract/transport';
import { createQueueTransport } from '@replyq/queue';
import type { SqsTransportOptions } from '../sqs-transport.ts';
import { createLeanSqsService } from './lean-service.ts';

/**
 * `sqsTransport` over {@link createLeanSqsService}: the same wire, the same options, less CPU time.
 * Throws a `TypeError` for what that service cannot heed.
 */
export function leanSqsTransport(options: SqsTransportOptions = {}): Transport {
  return createQueueTransport({ ...options, service: createLeanSqsService(options) });
}

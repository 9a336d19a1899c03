import type { Alarms } from '@replyq/contract/transport';
import type { ResolvedMemoryQueueServiceOptions } from './memory-queue-service-options.ts';
import type { StoredMessage } from './stored-message.ts';

/** What a queue has from its service. */
export interface QueueSurroundings {
  readonly options: ResolvedMemoryQueueServiceOptions;
  readonly alarms: Alarms;
  /** The service's clock. */
  nowMs(): number;
  findByArn(arn: string): DeadLetterQueue | undefined;
}

export interface DeadLetterQueue {
  /** Takes a message over from a queue whose dead-letter queue this is, and whose ARN is `fromArn`. */
  adopt(message: StoredMessage, fromArn: string): void;
}

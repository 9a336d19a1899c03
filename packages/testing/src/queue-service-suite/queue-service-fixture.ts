import type { Runtime } from '@replyq/contract/transport';
import type { CreateQueueRequest, QueueService } from '@replyq/queue';

/** A service under test. Each case opens one and closes it. */
export interface QueueServiceFixture {
  readonly service: QueueService;
  readonly runtime: Runtime;
  readonly features: Readonly<Record<QueueServiceFeature, boolean>>;
  /** Lets time pass: moves virtual time, or waits. */
  elapse(ms: number): Promise<void>;
  /** Awaits `promise`, moving virtual time as far as it takes. */
  finish<T>(promise: Promise<T>): Promise<T>;
  /** A queue name that nothing else uses, beginning with a prefix of this fixture. */
  queueName(label: string): string;
  /** Makes a queue and waits until it is usable. Resolves to its URL. */
  makeQueue(options?: Partial<Omit<CreateQueueRequest, 'signal'>>): Promise<string>;
  /** Deletes what was made, and closes the service. */
  close(): Promise<void>;
}

export type QueueServiceFeature =
  /** Time can be moved, so cases may last for days. */
  | 'virtualTime'
  | 'fifo'
  /** Standard queues carry a groupId. */
  | 'fairQueues'
  | 'traceHeader'
  /** Messages are refused by all of SQS's rules; emulators know some. */
  | 'strictMessages'
  /** Handles of messages that are not in flight any more are refused for ChangeMessageVisibility. */
  | 'strictHandles'
  /** The name of a deleted queue is blocked for a minute. */
  | 'blockedNames';

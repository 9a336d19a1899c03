import { isVirtualQueue, parseReplyAddress, splitReplyAddress } from '@replyq/contract/wire';
import type { VirtualHost, VirtualQueue, VirtualQueues } from '@replyq/queue/virtual-queues';
import { invalidAddress, queueDoesNotExist } from './exceptions.ts';

/** Whether this is a virtual queue's URL: `<hostQueueUrl>#<name>`. No other has a `#`. */
export function isVirtualUrl(queueUrl: unknown): queueUrl is string {
  return typeof queueUrl === 'string' && queueUrl.includes('#');
}

/** A virtual queue of this process. */
export interface FoundQueue {
  readonly queueUrl: string;
  readonly host: VirtualHost;
  readonly queue: VirtualQueue;
}

/** Throws `QueueDoesNotExist`. Being asked for counts as use. */
export function findQueue(queues: VirtualQueues, queueUrl: string): FoundQueue {
  const { hostQueueUrl, virtualQueue = '' } = splitReplyAddress(queueUrl);
  const host = queues.knownHost(hostQueueUrl);
  const queue = host?.find(virtualQueue);
  if (host === undefined || queue === undefined) throw queueDoesNotExist(queueUrl);
  queue.used();
  return { queueUrl, host, queue };
}

/** Where a message goes that is sent to a virtual queue, of this process or of another. */
export interface SendTarget {
  readonly hostQueueUrl: string;
  readonly name: string;
}

/** Throws `InvalidAddress`. A URL that a peer gave is judged as text: see `parseReplyAddress`. */
export function sendTarget(queues: VirtualQueues, queueUrl: string): SendTarget {
  const { hostQueueUrl, virtualQueue: name = '' } = splitReplyAddress(queueUrl);
  if (!isVirtualQueue(name)) throw invalidAddress(queueUrl);
  const own = queues.knownHost(hostQueueUrl);
  own?.find(name)?.used();
  if (own !== undefined) return { hostQueueUrl: own.queueUrl, name };
  if (parseReplyAddress(queueUrl).kind === 'refused') throw invalidAddress(queueUrl);
  return { hostQueueUrl, name };
}

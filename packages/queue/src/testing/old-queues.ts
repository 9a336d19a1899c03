// Host queues as dead processes leave them, made past every transport.
import { HOST_QUEUE_TAGS, type QueueService } from '@replyq/queue';

export const PREFIX = '__RequesterClientQueues__';

export interface OldQueue {
  readonly name: string;
  /** Default 300. */
  readonly retention?: string;
  /** When it last beat, epoch milliseconds; undefined: never. */
  readonly heartbeat?: number;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Gives the URL. */
export async function leaveQueue(service: QueueService, queue: OldQueue): Promise<string> {
  const { heartbeat, name, retention = '300' } = queue;
  const tags = queue.tags ?? {
    [HOST_QUEUE_TAGS.retention]: retention,
    ...(heartbeat === undefined ? {} : { [HOST_QUEUE_TAGS.heartbeat]: String(heartbeat) }),
  };
  const made = await service.createQueue({ name, tags });
  if (made.kind !== 'ok') throw new Error(made.error);
  return made.queueUrl;
}

/** Names, in order. */
export async function queueNames(service: QueueService, prefix: string = ''): Promise<string[]> {
  const listed = await service.listQueues({ prefix });
  if (listed.kind !== 'ok') throw new Error(listed.error);
  return listed.queueUrls.map((url) => url.slice(url.lastIndexOf('/') + 1));
}

import { isFifo } from '@replyq/contract/transport';
import type { HostTraits, VirtualQueue } from '@replyq/queue/virtual-queues';
import { toSeconds } from '../seconds.ts';
import { invalidParameterValue } from './exceptions.ts';
import type { FoundQueue } from './virtual-url.ts';
import { HOST_QUEUE_URL, IDLE_RETENTION, type VirtualAttributes } from './virtual-attributes.ts';

/** SQS's. quotas-queues. */
const MAX_TAGS = 50;

interface Settings {
  attributes: VirtualAttributes;
  readonly tags: Map<string, string>;
  modifiedAtMs: number;
}

/** What virtual queues were set to by CreateQueue, SetQueueAttributes and TagQueue; they forget it with their end. */
export class VirtualSettings {
  readonly #byQueue = new WeakMap<VirtualQueue, Settings>();

  /** Undefined: it was not set up here before. */
  attributesOf(queue: VirtualQueue): VirtualAttributes | undefined {
    return this.#byQueue.get(queue)?.attributes;
  }

  tagsOf(queue: VirtualQueue): ReadonlyMap<string, string> {
    return this.#of(queue).tags;
  }

  /** Those that are given replace those of before. */
  set(queue: VirtualQueue, attributes: VirtualAttributes, nowMs: number): void {
    const settings = this.#of(queue);
    settings.attributes = { ...settings.attributes, ...attributes };
    settings.modifiedAtMs = nowMs;
    queue.expireAfter(settings.attributes.idleMs);
  }

  /** Throws `InvalidParameterValue` for more tags than a queue can have. */
  tag(queue: VirtualQueue, tags: Readonly<Record<string, string>>): void {
    const all = new Map([...this.#of(queue).tags, ...Object.entries(tags)]);
    if (all.size > MAX_TAGS) {
      throw invalidParameterValue(`Too many tags: ${all.size}. A queue can have ${MAX_TAGS}.`);
    }
    for (const [key, value] of all) this.#of(queue).tags.set(key, value);
  }

  untag(queue: VirtualQueue, keys: readonly string[]): void {
    for (const key of keys) this.#of(queue).tags.delete(key);
  }

  /** What GetQueueAttributes can say without asking anybody: a virtual queue has no ARN, nor a policy. */
  describe({ host, queue }: FoundQueue, traits: HostTraits | undefined): Record<string, string> {
    const { attributes, modifiedAtMs } = this.#of(queue);
    const { idleMs, visibilityMs = traits?.visibilityMs, waitMs = traits?.waitMs } = attributes;
    const described: Record<string, string> = {
      [HOST_QUEUE_URL]: host.queueUrl,
      ApproximateNumberOfMessages: String(queue.unreadCount),
      ApproximateNumberOfMessagesDelayed: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      CreatedTimestamp: epochSeconds(queue.createdAtMs),
      LastModifiedTimestamp: epochSeconds(Math.max(modifiedAtMs, queue.createdAtMs)),
    };
    if (idleMs !== undefined) described[IDLE_RETENTION] = String(toSeconds(idleMs));
    if (visibilityMs !== undefined)
      described['VisibilityTimeout'] = String(toSeconds(visibilityMs));
    if (waitMs !== undefined) {
      described['ReceiveMessageWaitTimeSeconds'] = String(toSeconds(waitMs));
    }
    if (isFifo(host.queue)) described['FifoQueue'] = 'true';
    return described;
  }

  #of(queue: VirtualQueue): Settings {
    const known = this.#byQueue.get(queue);
    if (known !== undefined) return known;
    const settings = { attributes: {}, tags: new Map<string, string>(), modifiedAtMs: 0 };
    this.#byQueue.set(queue, settings);
    return settings;
  }
}

function epochSeconds(ms: number): string {
  return String(Math.floor(ms / 1000));
}

import { isFifo } from '@replyq/contract/transport';
import {
  type CreateQueueCommandInput,
  type CreateQueueCommandOutput,
  type GetQueueUrlCommandOutput,
} from '@aws-sdk/client-sqs';
import { formatReplyAddress, isVirtualQueue } from '@replyq/contract/wire';
import type { VirtualHost, VirtualQueue, VirtualQueues } from '@replyq/queue/virtual-queues';
import { fromSeconds, toSeconds } from '../seconds.ts';
import { invalidAttributeValue, invalidParameterValue, queueNameExists } from './exceptions.ts';
import { metadata } from './metadata.ts';
import type { TemporaryHosts } from './temporary-hosts.ts';
import {
  HOST_QUEUE_URL,
  IDLE_RETENTION,
  parseVirtualAttributes,
  splitHostQueueUrl,
  splitIdleRetention,
  type VirtualAttributes,
} from './virtual-attributes.ts';
import type { VirtualSettings } from './virtual-settings.ts';
import { isVirtualUrl } from './virtual-url.ts';

export interface QueueMakerOptions {
  readonly queues: VirtualQueues;
  readonly settings: VirtualSettings;
  /** Makes every queue a temporary one; undefined: only those are virtual that name a host queue. */
  readonly temporary: TemporaryHosts | undefined;
}

/** CreateQueue of an ordinary queue. */
export type CreateOrdinary = (input: CreateQueueCommandInput) => Promise<CreateQueueCommandOutput>;

interface TemporaryQueue {
  readonly host: VirtualHost;
  readonly queue: VirtualQueue;
  /** What it was asked for with. */
  readonly asked: string;
}

/** CreateQueue, and GetQueueUrl of what it made. */
export class QueueMaker {
  readonly #options: QueueMakerOptions;
  /** Temporary queues, which are asked for by their names alone. */
  readonly #temporary = new Map<string, TemporaryQueue>();

  constructor(options: QueueMakerOptions) {
    this.#options = options;
  }

  /** Undefined: it is an ordinary queue, and nothing of it is ours. */
  make(
    input: CreateQueueCommandInput,
    create: CreateOrdinary,
  ): Promise<CreateQueueCommandOutput> | undefined {
    const { temporary } = this.#options;
    const { hostQueueUrl, rest } = splitHostQueueUrl(input.Attributes ?? {});
    if (hostQueueUrl !== undefined) return this.#makeOn(hostQueueUrl, rest, input);
    if (temporary !== undefined) return this.#makeTemporary(temporary, input);
    if (!Object.hasOwn(rest, IDLE_RETENTION)) return undefined;
    return this.#makeIdle(input, create);
  }

  /** The URL of a temporary queue. */
  urlOf(name: string | undefined): GetQueueUrlCommandOutput | undefined {
    const known = this.#known(name ?? '');
    if (known === undefined) return undefined;
    known.queue.used();
    return made(known.host, known.queue);
  }

  async #makeOn(
    hostQueueUrl: string,
    given: Readonly<Record<string, string>>,
    input: CreateQueueCommandInput,
  ): Promise<CreateQueueCommandOutput> {
    const { queues } = this.#options;
    const host = isVirtualUrl(hostQueueUrl) ? undefined : queues.host(hostQueueUrl);
    if (host === undefined) {
      throw invalidAttributeValue(HOST_QUEUE_URL, hostQueueUrl, 'Must be the URL of a queue');
    }
    const attributes = parseVirtualAttributes(given, host.queueUrl);
    return made(host, this.#open(host, attributes, input));
  }

  async #makeTemporary(
    temporary: TemporaryHosts,
    input: CreateQueueCommandInput,
  ): Promise<CreateQueueCommandOutput> {
    const name = checkedName(input.QueueName);
    const { idleS, rest } = splitIdleRetention(input.Attributes ?? {});
    if ((rest['FifoQueue'] === 'true') !== isFifo(name)) {
      throw invalidParameterValue('The name of a FIFO queue ends with .fifo, and no other does.');
    }
    const asked = JSON.stringify([
      idleS,
      Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)),
    ]);
    const seconds = idleS ?? toSeconds(this.#options.queues.settings.idleRetentionMs);
    const host = await temporary.host(rest, seconds);
    const known = this.#known(name);
    if (known !== undefined) {
      if (known.asked !== asked) throw queueNameExists(name);
      known.queue.used();
      return made(known.host, known.queue);
    }
    const queue = this.#open(host, { idleMs: fromSeconds(seconds) }, input);
    this.#forgetEnded();
    this.#temporary.set(name, { host, queue, asked });
    return made(host, queue);
  }

  /** An ordinary queue that is deleted when nobody uses it. */
  async #makeIdle(
    input: CreateQueueCommandInput,
    create: CreateOrdinary,
  ): Promise<CreateQueueCommandOutput> {
    const { queues } = this.#options;
    const { idleS = 0, rest } = splitIdleRetention(input.Attributes ?? {});
    const { prefix } = queues.settings;
    if (input.QueueName?.startsWith(prefix) !== true) {
      throw invalidParameterValue(
        `The name of a queue with ${IDLE_RETENTION} must begin with "${prefix}": only such queues are swept.`,
      );
    }
    const idleMs = fromSeconds(idleS);
    const tags = { ...input.tags, ...queues.tagsFor(idleMs) };
    const { Attributes: _, ...plain } = input;
    const attributes = Object.keys(rest).length === 0 ? {} : { Attributes: { ...rest } };
    const output = await create({ ...plain, ...attributes, tags });
    if (output.QueueUrl !== undefined) queues.watch(output.QueueUrl, idleMs);
    return output;
  }

  #open(
    host: VirtualHost,
    attributes: VirtualAttributes,
    { QueueName, tags }: CreateQueueCommandInput,
  ): VirtualQueue {
    const { queues, settings } = this.#options;
    const name = checkedName(QueueName);
    const known = host.find(name);
    if (known !== undefined) {
      if (!sameAttributes(settings.attributesOf(known) ?? {}, attributes))
        throw queueNameExists(name);
      known.used();
      return known;
    }
    const queue = host.open(name);
    settings.set(queue, attributes, queues.api.serviceNowMs());
    if (tags !== undefined) settings.tag(queue, tags);
    return queue;
  }

  #known(name: string): TemporaryQueue | undefined {
    const known = this.#temporary.get(name);
    return known?.host.find(known.queue.name) === known?.queue ? known : undefined;
  }

  /** Each is looked at once for each that is made: as many are kept as there are queues. */
  #forgetEnded(): void {
    let looks = 2;
    for (const name of this.#temporary.keys()) {
      if (looks === 0) return;
      looks -= 1;
      const known = this.#known(name);
      this.#temporary.delete(name);
      if (known !== undefined) this.#temporary.set(name, known);
    }
  }
}

function checkedName(name: string | undefined): string {
  if (name !== undefined && isVirtualQueue(name)) return name;
  throw invalidParameterValue(
    'The name of a virtual queue must be 1 to 128 printable ASCII characters, without spaces.',
  );
}

function sameAttributes(a: VirtualAttributes, b: VirtualAttributes): boolean {
  return a.idleMs === b.idleMs && a.visibilityMs === b.visibilityMs && a.waitMs === b.waitMs;
}

function made(host: VirtualHost, queue: VirtualQueue): CreateQueueCommandOutput {
  return {
    $metadata: metadata(200),
    QueueUrl: formatReplyAddress(host.queueUrl, queue.name),
  };
}

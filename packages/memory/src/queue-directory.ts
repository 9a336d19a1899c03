import type { Runtime } from '@replyq/contract/transport';
import {
  isQueueName,
  type CreateQueueRequest,
  type Failure,
  type QueueAttributeChanges,
} from '@replyq/queue';
import { MemoryQueue } from './memory-queue.ts';
import {
  resolveQueueSettings,
  settingsFault,
  settingsMatch,
  type QueueSettings,
} from './queue-settings.ts';
import type { QueueSurroundings } from './queue-surroundings.ts';
import { mergeTags, tagsFault } from './queue-tags.ts';
import { redriveFault } from './redrive-rules.ts';
import { invalidIf } from './request-rules.ts';

/** SQS: how long the name of a deleted queue cannot be used again. */
const NAME_BLOCKED_MS = 60_000;

/** The queues of a service by name, and the names that were given up a short while ago. */
export class QueueDirectory {
  readonly #runtime: Runtime;
  readonly #arnPrefix: string;
  readonly #surroundings: QueueSurroundings;
  readonly #queues = new Map<string, MemoryQueue>();
  readonly #byUrl = new Map<string, MemoryQueue>();
  /** When each name was given up, in that order. */
  readonly #deletedAtMs = new Map<string, number>();

  constructor(service: Omit<QueueSurroundings, 'findByArn'>) {
    const { account, region, runtime } = service.options;
    this.#runtime = runtime;
    this.#arnPrefix = `arn:aws:sqs:${region}:${account}:`;
    this.#surroundings = { ...service, findByArn: (arn) => this.findByArn(arn) };
  }

  /** Makes a queue, or finds it with the attributes that are asked for. */
  create({ name, attributes = {}, tags = {} }: CreateQueueRequest): MemoryQueue | Failure {
    const { limits } = this.#surroundings.options;
    const settings = resolveQueueSettings(attributes, limits);
    const fault = invalidIf(
      (isQueueName(name) ? undefined : `Not a queue name: ${JSON.stringify(name)}`) ??
        settingsFault(name, settings, limits) ??
        tagsFault(tags),
    );
    if (fault !== undefined) return fault;
    const there = this.#queues.get(name);
    if (there !== undefined) {
      if (settingsMatch(there.settings, attributes)) return there;
      return { kind: 'exists', error: `Queue ${name} is there with other attributes` };
    }
    if (this.wasDeletedWithin(name, NAME_BLOCKED_MS)) {
      return { kind: 'deletedRecently', error: `Queue ${name} was deleted less than 60 s ago` };
    }
    const redriveFault = invalidIf(this.#redriveFault(name, settings));
    if (redriveFault !== undefined) return redriveFault;
    const queue = new MemoryQueue(name, settings, mergeTags({}, tags), this.#surroundings);
    this.#queues.set(name, queue);
    this.#byUrl.set(queue.url, queue);
    return queue;
  }

  /** Why the queue refuses to be changed so; undefined: it was. */
  change(queue: MemoryQueue, changes: QueueAttributeChanges): Failure | undefined {
    const { limits } = this.#surroundings.options;
    const { settings } = queue;
    const extra = { ...settings.extra, ...changes.extra };
    const merged = Object.keys(extra).length === 0 ? {} : { extra };
    const changed = resolveQueueSettings({ ...settings, ...changes, ...merged }, limits);
    const fault =
      settingsFault(queue.name, changed, limits) ??
      (changes.redrive && this.#redriveFault(queue.name, changed));
    if (fault === undefined) queue.settings = changed;
    return invalidIf(fault);
  }

  /** Those whose redrive policy names the queue, in name order. */
  sourcesOf({ arn }: MemoryQueue): readonly MemoryQueue[] {
    return this.list('').filter(({ settings }) => settings.redrive?.deadLetterArn === arn);
  }

  /** The queue as operations see it. */
  find(name: string): MemoryQueue | undefined {
    const queue = this.#queues.get(name);
    return queue !== undefined && this.#isVisible(queue) ? queue : undefined;
  }

  /** The queue as operations see it, by its URL letter for letter. */
  findByUrl(url: string): MemoryQueue | undefined {
    const queue = this.#byUrl.get(url);
    return queue !== undefined && this.#isVisible(queue) ? queue : undefined;
  }

  /** Its name is blocked for a while. Open polls end with `failure`. */
  remove(queue: MemoryQueue, failure: Failure): void {
    queue.end(failure);
    this.#queues.delete(queue.name);
    this.#byUrl.delete(queue.url);
    this.#forgetOldNames();
    this.#deletedAtMs.delete(queue.name);
    this.#deletedAtMs.set(queue.name, this.#runtime.monotonicMs());
  }

  /** Whether the last queue of this name was deleted less than `ms` ago. */
  wasDeletedWithin(name: string, ms: number): boolean {
    const deletedAtMs = this.#deletedAtMs.get(name);
    return deletedAtMs !== undefined && this.#runtime.monotonicMs() < deletedAtMs + ms;
  }

  /** Visible queues whose names begin with `prefix`, in name order. */
  list(prefix: string): readonly MemoryQueue[] {
    return [...this.#queues.values()]
      .filter((queue) => queue.name.startsWith(prefix) && this.#isVisible(queue))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Ends every queue. */
  close(failure: Failure): void {
    for (const queue of this.#queues.values()) queue.end(failure);
    this.#queues.clear();
    this.#byUrl.clear();
  }

  #redriveFault(name: string, settings: QueueSettings): string | undefined {
    const target = this.findByArn(settings.redrive?.deadLetterArn ?? '');
    return redriveFault(this.#arnPrefix + name, settings, target);
  }

  findByArn(arn: string): MemoryQueue | undefined {
    const name = arn.startsWith(this.#arnPrefix) ? arn.slice(this.#arnPrefix.length) : undefined;
    return name === undefined ? undefined : this.#queues.get(name);
  }

  #isVisible(queue: MemoryQueue): boolean {
    return this.#runtime.monotonicMs() >= queue.visibleFromMs;
  }

  #forgetOldNames(): void {
    for (const name of this.#deletedAtMs.keys()) {
      if (this.wasDeletedWithin(name, NAME_BLOCKED_MS)) return;
      this.#deletedAtMs.delete(name);
    }
  }
}

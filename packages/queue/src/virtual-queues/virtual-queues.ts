import {
  notify,
  sleep,
  systemRuntime,
  type ReplyqEvent,
  type Runtime,
} from '@replyq/contract/transport';
import { LiveHostQueue } from '../host-live-queue.ts';
import { HostQueues } from '../host-queues.ts';
import { QueueApi } from '../queue-api.ts';
import { QueueInbox } from '../queue-inbox.ts';
import { queueNameOf } from '../queue-name.ts';
import { DEFAULT_WAIT_MS, type HostQueueSettings } from '../queue-options.ts';
import type { QueueService } from '../queue-service.ts';
import { Sweeper } from '../sweeper.ts';
import { keyOf } from './host-key.ts';
import type { HostTraits } from './host-traits.ts';
import { IdleQueues } from './idle-queues.ts';
import { VirtualHost } from './virtual-host.ts';
import {
  resolveVirtualQueueSettings,
  type ResolvedVirtualQueueSettings,
  type VirtualQueueEvent,
  type VirtualQueueObserver,
  type VirtualQueueSettings,
} from './virtual-queue-options.ts';

export interface VirtualQueuesOptions extends VirtualQueueSettings {
  readonly service: QueueService;
  readonly runtime?: Runtime;
  readonly observer?: VirtualQueueObserver;
}

/** Characters of a process's name in its host queues' names: 96 bits. */
const CLIENT_ID_LENGTH = 16;

/** Closing is over by then, whatever the service does. */
const CLOSE_LIMIT_MS = 10_000;

/**
 * The host queues that one process reads for its virtual queues: those of others, and temporary ones, which
 * live as a requester's: marked as in use, swept by anybody when they are not, deleted on close.
 */
export class VirtualQueues {
  readonly api: QueueApi;
  readonly settings: ResolvedVirtualQueueSettings;
  readonly #observer: VirtualQueueObserver | undefined;
  readonly #clientId: string;
  /** By account and name, since a queue has several URLs and must have one reader. */
  readonly #hosts = new Map<string, VirtualHost>();
  readonly #made = new Map<string, LiveHostQueue>();
  readonly #idle = new IdleQueues();
  readonly #making = new Set<Promise<VirtualHost>>();
  readonly #sweeper: Sweeper | undefined;
  #hostCount = 0;
  #closed: Promise<void> | undefined;

  /** Throws an `RpcError` BAD_REQUEST for settings out of range. */
  constructor(options: VirtualQueuesOptions) {
    const { observer, runtime = systemRuntime, service } = options;
    this.settings = resolveVirtualQueueSettings(options);
    this.api = new QueueApi(service, runtime, observer);
    this.#observer = observer;
    this.#clientId = runtime.createId(CLIENT_ID_LENGTH);
    const { prefix, sweepEveryMs } = this.settings;
    if (sweepEveryMs === undefined) return;
    this.#sweeper = new Sweeper({
      api: this.api,
      prefix,
      everyMs: sweepEveryMs,
      clientId: () => this.#clientId,
      isOwn: (queue) => [...this.#made.values()].some(({ name }) => name === queue),
    });
  }

  /** The host queue with this URL, as somebody else made it; undefined if it is no queue's URL. Throws when closed. */
  host(queueUrl: string): VirtualHost | undefined {
    const key = keyOf(queueUrl);
    if (key === undefined) return undefined;
    const known = this.#hosts.get(key);
    if (known !== undefined) return known;
    this.#assertOpen();
    const { api, settings } = this;
    const host = new VirtualHost({
      api,
      queueUrl,
      settings,
      tell: (event) => this.#tell(event),
      onGone: () => this.#hosts.delete(key),
      openInbox: (how) =>
        new QueueInbox({
          ...how,
          api,
          queue: queueNameOf(queueUrl),
          queueUrl,
          waitMs: DEFAULT_WAIT_MS,
        }),
    });
    this.#hosts.set(key, host);
    return host;
  }

  /** One that is read here already. */
  knownHost(queueUrl: string): VirtualHost | undefined {
    return this.#hosts.get(keyOf(queueUrl) ?? '');
  }

  /** For a temporary host queue. */
  nextHostName(): string {
    const { prefix } = this.settings;
    return `${prefix}${this.#clientId}-${this.#hostCount++}`;
  }

  /** To be put on a queue as it is made, one that may be deleted when it is not used for `idleMs`. */
  tagsFor(idleMs: number): Readonly<Record<string, string>> {
    return this.#hostQueues(idleMs).tags();
  }

  /**
   * A temporary host queue: `create` makes it, with the tags for `idleRetentionMs`, and gives its URL. From
   * then on it is kept, and ours to delete. Rejects as `create` does, and when closed.
   */
  async makeHost(create: () => Promise<string>, traits: HostTraits): Promise<VirtualHost> {
    this.#assertOpen();
    const making = create().then((queueUrl) => this.#adopt(queueUrl, traits));
    this.#making.add(making);
    try {
      return await making;
    } finally {
      this.#making.delete(making);
    }
  }

  #adopt(queueUrl: string, traits: HostTraits): VirtualHost {
    const { api, settings } = this;
    const { idleRetentionMs } = settings;
    const key = keyOf(queueUrl) ?? queueUrl;
    const name = queueNameOf(queueUrl);
    const host: VirtualHost = new VirtualHost({
      api,
      queueUrl,
      settings,
      traits,
      tell: (event) => this.#tell(event),
      onGone: () => {
        opened.end();
        this.#hosts.delete(key);
        this.#made.delete(key);
      },
      openInbox: () => opened.inbox,
    });
    const opened = new LiveHostQueue({
      api,
      queues: this.#hostQueues(idleRetentionMs),
      settings: this.#hostSettings(idleRetentionMs),
      name,
      queueUrl,
      inbox: host.inboxOptions(traits),
    });
    this.#hosts.set(key, host);
    this.#made.set(key, opened);
    notify(api.observer, { kind: 'replyQueueMade', queue: name });
    // While it was being made we began to close: that deletes it, or is over, which leaves it to be swept.
    if (this.#closed !== undefined) return host;
    opened.keep(() => host.gone());
    this.#sweeper?.start();
    return host;
  }

  /** An ordinary queue was made, with the tags for `idleMs`: marked while it is used, and nobody's after that. */
  watch(queueUrl: string, idleMs: number): void {
    if (this.#closed !== undefined) return;
    const { api, settings } = this;
    const heartbeatIntervalMs = Math.min(settings.heartbeatIntervalMs, idleMs / 3);
    const queues = this.#hostQueues(idleMs);
    this.#idle.add(keyOf(queueUrl) ?? queueUrl, { api, queues, queueUrl, heartbeatIntervalMs });
    this.#sweeper?.start();
  }

  /** Something was done with an ordinary queue. */
  used(queueUrl: string): void {
    if (this.#idle.size > 0) this.#idle.used(keyOf(queueUrl) ?? queueUrl);
  }

  /** An ordinary queue was deleted: so are the virtual queues on it. */
  deleted(queueUrl: string): void {
    this.#idle.forget(keyOf(queueUrl) ?? queueUrl);
    this.knownHost(queueUrl)?.gone();
  }

  /** Gives back what nobody has read, deletes the temporary host queues. Takes at most 10 s. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#sweeper?.stop();
    this.#idle.end();
    const { runtime, service } = this.api;
    const over = new AbortController();
    const limit = sleep(runtime, CLOSE_LIMIT_MS, { signal: over.signal, keepAlive: true });
    await Promise.race([this.#endHosts(), limit]);
    over.abort();
    this.api.close();
    await service.close();
  }

  async #endHosts(): Promise<void> {
    const ended = this.#endKnownHosts();
    await Promise.allSettled(this.#making);
    await ended;
    await this.#endKnownHosts();
  }

  async #endKnownHosts(): Promise<void> {
    const hosts = [...this.#hosts];
    this.#hosts.clear();
    await Promise.all(
      hosts.map(async ([key, host]) => {
        const made = this.#made.get(key);
        if (made === undefined) return host.close();
        host.end('closed');
        made.end();
        await made.delete();
      }),
    );
  }

  #assertOpen(): void {
    if (this.#closed !== undefined)
      throw new Error('The virtual queues of this client are closed.');
  }

  #hostQueues(idleRetentionMs: number): HostQueues {
    return new HostQueues({ api: this.api, settings: this.#hostSettings(idleRetentionMs) });
  }

  #hostSettings(idleRetentionMs: number): HostQueueSettings {
    const { heartbeatIntervalMs, prefix } = this.settings;
    // Only what marks and tags: the queue itself is made by whoever knows the service.
    const unused = { retentionMs: 0, visibilityMs: 0, queueAttributes: {} };
    return { ...unused, prefix, idleRetentionMs, heartbeatIntervalMs };
  }

  #tell(event: VirtualQueueEvent): void {
    // What watches both kinds of event also watches the one that `notify` knows.
    notify(this.#observer, event as unknown as ReplyqEvent);
  }
}

/**
 * One host queue, as the virtual queues on it share it. What is where:
 *
 *   virtual-host.ts      this: owns the virtual queues by name, and gives each what is for it
 *   host-reader.ts       the loop that reads for all of them (make-room.ts says how much)
 *   virtual-queue.ts     owns what is unread and who waits; its end, its expiry
 *                        (unread-messages.ts counts, waiting-receives.ts waits)
 *   hand-over.ts         gives messages to readers (handed-out.ts keeps FIFO order after that)
 *   orphan-keeper.ts     sees to messages that are for nobody here
 *   virtual-queues.ts    owns the hosts, the temporary ones and their sweeper
 *
 * Polls, pauses, heartbeats and settlements are the inbox's, as for every reader of queues.
 *
 * X1: it is read only while somebody waits; then by one loop, whoever waits.
 * X2: a message goes to the virtual queue that it names, or to nobody, whether or not somebody waits.
 * X3: no more is asked for than there is room for; for those who wait room is made.
 * X4: what a failed receive says is told to all who wait.
 */
import { isFifo } from '@replyq/contract/transport';
import { ATTRIBUTE } from '@replyq/contract/wire';
import type { HeldFrame } from '../held-message.ts';
import { NOT_YET_MS } from '../host-queues.ts';
import type { QueueApi } from '../queue-api.ts';
import type { QueueInbox } from '../queue-inbox.ts';
import { queueNameOf } from '../queue-name.ts';
import type { Failure, ReceivedMessage } from '../queue-service.ts';
import { giveBackDelayMs } from './give-back-delay.ts';
import { HandedOutMessages } from './handed-out.ts';
import { handOver } from './hand-over.ts';
import { hostInboxOptions, type HostInboxOptions } from './host-inbox.ts';
import { HostReader } from './host-reader.ts';
import { askTraits, type HostTraits } from './host-traits.ts';
import { makeRoom } from './make-room.ts';
import { OrphanKeeper } from './orphan-keeper.ts';
import { UnreadTotal } from './unread-messages.ts';
import { VirtualQueue, type HostOfVirtualQueue } from './virtual-queue.ts';
import { VirtualQueueEnded, type VirtualQueueEnd } from './virtual-queue-ended.ts';
import type { ResolvedVirtualQueueSettings, VirtualQueueEvent } from './virtual-queue-options.ts';

export interface VirtualHostOptions {
  readonly api: QueueApi;
  readonly queueUrl: string;
  readonly settings: ResolvedVirtualQueueSettings;
  readonly tell: (event: VirtualQueueEvent) => void;
  /** What is known of it. Default: it is asked for, before the first receive. */
  readonly traits?: HostTraits;
  readonly openInbox: (how: HostInboxOptions) => QueueInbox;
  /** It was found not to exist. */
  readonly onGone: () => void;
}

export class VirtualHost implements HostOfVirtualQueue {
  readonly api: QueueApi;
  readonly queueUrl: string;
  readonly queue: string;
  readonly unread: UnreadTotal = new UnreadTotal();
  readonly #options: VirtualHostOptions;
  readonly #queues = new Map<string, VirtualQueue>();
  readonly #reader: HostReader;
  readonly #orphans: OrphanKeeper;
  readonly #out: HandedOutMessages | undefined;
  readonly #madeAtMs: number;
  #traits: Promise<HostTraits | Failure> | undefined;
  #knownTraits: HostTraits | undefined;
  #inbox: QueueInbox | undefined;
  #closed = false;

  constructor(options: VirtualHostOptions) {
    const { api, queueUrl, settings, traits } = options;
    this.api = api;
    this.queueUrl = queueUrl;
    this.queue = queueNameOf(queueUrl);
    this.#options = options;
    this.#madeAtMs = api.runtime.monotonicMs();
    this.#traits = traits && Promise.resolve(traits);
    this.#knownTraits = traits;
    this.#orphans = new OrphanKeeper(options);
    this.#out = isFifo(this.queue) ? new HandedOutMessages(api.runtime) : undefined;
    this.#reader = new HostReader({
      runtime: api.runtime,
      maxWaitMs: api.service.limits.maxWaitMs,
      open: () => this.#opened(),
      // X3.
      room: () =>
        makeRoom({
          queues: this.#queues.values(),
          unread: this.unread,
          held: () => (this.#inbox?.heldMessages ?? 0) - (this.#out?.size ?? 0),
          settings,
          onGivenBack: (queue, count) => this.#tellFull(queue, count),
        }),
      received: (frames) => this.#dispatch(frames),
      gone: () => this.gone(),
    });
  }

  find(name: string): VirtualQueue | undefined {
    return this.#queues.get(name);
  }

  /** The one of that name, made if need be. */
  open(name: string): VirtualQueue {
    const known = this.#queues.get(name);
    if (known !== undefined) return known;
    const queue = new VirtualQueue(name, this);
    if (this.#closed) queue.end('closed');
    else this.#queues.set(name, queue);
    return queue;
  }

  delete(queue: VirtualQueue): void {
    if (this.#queues.get(queue.name) === queue) this.#queues.delete(queue.name);
    queue.delete();
  }

  /** A message that was handed out was deleted by its reader, or its invisibility changed. */
  settled(receiptHandle: string, visibilityMs: number | 'deleted'): void {
    if (visibilityMs === 'deleted') this.#out?.deleted(receiptHandle);
    else this.#out?.extended(receiptHandle, visibilityMs);
  }

  /** How its owner has set it up. Rejects with `VirtualQueueEnded` when it does not exist. */
  async traits(): Promise<HostTraits> {
    const { api, queueUrl } = this;
    const notYetUntilMs = this.#madeAtMs + NOT_YET_MS;
    const found = await (this.#traits ??= askTraits({ api, queueUrl, notYetUntilMs }));
    if (!('kind' in found)) return (this.#knownTraits = found);
    this.gone();
    throw new VirtualQueueEnded({ kind: 'gone' });
  }

  /** Without asking. */
  get knownTraits(): HostTraits | undefined {
    return this.#knownTraits;
  }

  read(queue: VirtualQueue): void {
    this.#reader.read(queue);
  }

  unwanted(): void {
    this.#reader.unwanted();
  }

  look(signal: AbortSignal | undefined): Promise<void> {
    return this.#reader.look(signal);
  }

  pollEndsAtMs(): number {
    return this.#reader.pollEndsAtMs;
  }

  handOver(frames: readonly HeldFrame[], visibilityMs: number): Promise<readonly HeldFrame[]> {
    const { api, queue, queueUrl } = this;
    return handOver(frames, visibilityMs, { api, queue, queueUrl, out: this.#out });
  }

  expired(queue: VirtualQueue, unread: number): void {
    this.delete(queue);
    const virtualQueue = queue.name;
    this.#options.tell({
      kind: 'virtualQueueExpired',
      queue: this.queue,
      virtualQueue,
      unread,
    });
  }

  /** Its virtual queues are gone with it. */
  gone(): void {
    if (this.#closed) return;
    this.end({ kind: 'gone' });
    this.#inbox?.abandon();
    this.#options.onGone();
  }

  /** Without a word to the queue. */
  end(end: VirtualQueueEnd | 'closed'): void {
    this.#closed = true;
    this.#reader.stop();
    for (const queue of this.#queues.values()) queue.end(end);
    this.#queues.clear();
  }

  /** Gives back what nobody has read. What readers have in hand stays theirs. */
  async close(): Promise<void> {
    this.end('closed');
    void this.#inbox?.stop();
    this.#out?.leaveAll();
    await this.#inbox?.close();
  }

  /** How its inbox must be made. */
  inboxOptions({ visibilityMs }: HostTraits): HostInboxOptions {
    return hostInboxOptions({
      visibilityMs,
      madeAtMs: this.#madeAtMs,
      onFailed: (failure) => this.#failed(failure),
      onUnawaited: (frames) => this.#dispatch(frames),
    });
  }

  async #opened(): Promise<QueueInbox | undefined> {
    try {
      const how = this.inboxOptions(await this.traits());
      if (this.#closed) return undefined;
      return (this.#inbox ??= this.#options.openInbox(how));
    } catch {
      return undefined; // Those who wait were told that it is gone.
    }
  }

  /** X2. */
  #dispatch(frames: readonly HeldFrame[]): void {
    const full = new Map<VirtualQueue, number>();
    for (const frame of frames) {
      const { message } = frame.held;
      const name = virtualQueueOf(message);
      const queue = name === undefined ? undefined : this.#queues.get(name);
      if (queue === undefined) {
        if (this.#closed) frame.release(0);
        else this.#orphans.take(frame, name);
      } else if (message.sentAtMs < queue.purgedAtMs) {
        frame.ack();
      } else if (queue.unreadCount >= this.#options.settings.maxBufferedPerQueue) {
        frame.release(giveBackDelayMs(message));
        full.set(queue, (full.get(queue) ?? 0) + 1);
      } else {
        queue.put(frame);
      }
    }
    for (const [queue, givenBack] of full) this.#tellFull(queue, givenBack);
  }

  #tellFull(queue: VirtualQueue, givenBack: number): void {
    const virtualQueue = queue.name;
    this.#options.tell({ kind: 'virtualQueueFull', queue: this.queue, virtualQueue, givenBack });
  }

  /** X4. */
  #failed(failure: Failure): void {
    for (const queue of this.#queues.values()) queue.failed({ kind: 'failed', failure });
  }
}

function virtualQueueOf({ attributes }: ReceivedMessage): string | undefined {
  const name = Object.hasOwn(attributes, ATTRIBUTE.virtualQueue)
    ? attributes[ATTRIBUTE.virtualQueue]?.value
    : undefined;
  return typeof name === 'string' ? name : undefined;
}

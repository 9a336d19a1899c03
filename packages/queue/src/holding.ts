import { readMessage, type WireFrame } from '@replyq/contract/wire';
import { notify, RecentMap, TransientMap } from '@replyq/contract/transport';
import { GroupLanes } from './group-lanes.ts';
import { Heartbeat } from './heartbeat.ts';
import { HeldMessage, type GivenBack, type HeldFrame, type Settlement } from './held-message.ts';
import type { QueueApi } from './queue-api.ts';
import type { ReceivedMessage } from './queue-service.ts';
import type { Separation } from './separation.ts';
import { Settlements } from './settlements.ts';

export interface HoldingOptions {
  readonly api: QueueApi;
  readonly queue: string;
  readonly queueUrl: string;
  readonly visibilityMs: number;
  /** How long an ack may wait for company. */
  readonly ackLingerMs: number;
  /** Whether a group id means order (a FIFO queue) or only a tenant. */
  readonly fifo: boolean;
  /** Takes packs apart; undefined: on this queue they go back whole. */
  readonly separation: Separation | undefined;
  /** The frames of a message. Default: as replyq writes them. */
  readonly read?: (message: ReceivedMessage) => readonly WireFrame[];
  /** These may be handed out now. */
  readonly onReady: (deliveries: readonly HeldFrame[]) => void;
}

/** Pause before a pack that could not be taken apart comes again whole; it doubles with each receive. */
const WHOLE_DELAY_MS = 1000;
const MAX_WHOLE_DELAY_MS = 60_000;
/** Messages of which it is remembered that nobody was shown them. Of one that is forgotten, each receive counts. */
const MAX_UNSEEN = 10_000;
/** Of the time that a message can be hidden, what must be left when its turn in its group comes: for the longest runs. */
const LEAST_HIDEABLE_MS = 6 * 3_600_000;

/**
 * The messages of one queue that this process has received and not settled.
 *
 * H1: each is extended until it is settled, wherever its frames wait.
 * H2: one that comes again while it is held (its visibility was lost) is the same message with a
 *     newer receipt handle: it is held again, and nothing of it is handed out twice. An answer that
 *     was overtaken brings an older handle, which is of no use.
 * H3: of one group of a FIFO queue, one message is out at a time, in order; what was lost while it
 *     waited, or can soon be hidden no longer, is not handed out.
 * H4: after {@link stop} nothing more is handed out, and what was not handed out is given back.
 * H5: of a pack of which some frames are done, only the others come again, if they can be parted.
 */
export class Holding {
  readonly #options: HoldingOptions;
  readonly #heartbeat: Heartbeat;
  readonly #settlements: Settlements;
  /** How often messages were given back that had been received and shown to nobody. */
  readonly #unseen = new RecentMap<number>(MAX_UNSEEN);
  readonly #lanes = new GroupLanes();
  readonly #held = new TransientMap<string, HeldMessage>();
  /** Releases that wait for an extension to end, and packs that are being taken apart. */
  readonly #underWay = new Set<Promise<void>>();
  readonly #separating = new Set<HeldMessage>();
  #stopped = false;
  #closed = false;

  constructor(options: HoldingOptions) {
    this.#options = options;
    this.#heartbeat = new Heartbeat(options);
    this.#settlements = new Settlements(options);
  }

  /** Messages, in lanes and in others' hands included. */
  get size(): number {
    return this.#held.size;
  }

  accept(message: ReceivedMessage, serviceTimeMs: number | undefined): void {
    const known = this.#held.get(message.messageId);
    if (known?.handedOver === true && message.receiveCount > known.message.receiveCount) {
      // Its new owner let it become visible: a new delivery, which has its place in the lane already.
      known.endNow();
      const again = this.#hold(message, serviceTimeMs);
      return this.#stopped ? this.#release(again, 0) : this.#hand(again);
    }
    if (known !== undefined) {
      if (known.receivedAgain(message)) this.#heartbeat.hold(known);
      return;
    }
    const held = this.#hold(message, serviceTimeMs);
    if (this.#stopped) this.#release(held, 0);
    else if (!this.#options.fifo || this.#lanes.admit(held)) this.#hand(held);
  }

  /** H4. */
  stop(): void {
    this.#stopped = true;
    for (const waiting of this.#lanes.clearAll()) this.#release(waiting, 0);
  }

  /** Gives back all that is held. Who settles later comes too late. */
  close(): void {
    this.stop();
    this.#closed = true;
    this.#settlements.hurry();
    for (const held of this.#held.values())
      if (!this.#separating.has(held)) this.#settle(held, held.endNow());
  }

  /** Lets go of everything without a word to the queue, which is about to be deleted. */
  abandon(): void {
    this.#stopped = true;
    this.#closed = true;
    for (const held of this.#held.values()) this.#heartbeat.letGo(held);
    this.#held.clear();
    this.#settlements.discard();
  }

  async flush(): Promise<void> {
    await Promise.all([this.#settlements.flush(), ...this.#underWay]);
    // What those have added.
    await Promise.all(this.#underWay);
    await this.#settlements.flush();
  }

  #hold(message: ReceivedMessage, serviceTimeMs: number | undefined): HeldMessage {
    const { api, separation, visibilityMs } = this.#options;
    const seenAtMs =
      message.receiveCount <= 1
        ? message.firstReceivedAtMs
        : (serviceTimeMs ?? message.firstReceivedAtMs);
    const held = new HeldMessage({
      message,
      unseenReceives: this.#unseen.get(message.messageId) ?? 0,
      ageMs: Math.max(0, seenAtMs - message.sentAtMs),
      monotonicMs: () => api.runtime.monotonicMs(),
      visibilityMs,
      separable: () => separation?.possible === true,
      onSettled: (settled, settlement) => {
        if (!this.#closed) this.#settle(settled, settlement);
      },
      onHandedOver: (handed) => {
        handed.handedOver = true;
        this.#heartbeat.letGo(handed);
      },
    });
    this.#held.set(message.messageId, held);
    this.#heartbeat.hold(held);
    return held;
  }

  #hand(held: HeldMessage): void {
    const { api, onReady, queue, read = readMessage } = this.#options;
    const frames = read(held.message);
    for (const { malformed } of frames) {
      if (malformed === undefined) continue;
      const { messageId } = held.message;
      notify(api.observer, { kind: 'frameMalformed', queue, messageId, detail: malformed });
    }
    onReady(held.deliveries(frames));
  }

  /** H3. */
  #settle(held: HeldMessage, settlement: Settlement): void {
    if (settlement.kind === 'ack') {
      this.#unseen.delete(held.message.messageId);
      this.#letGo(held);
      this.#settlements.ack(held.receiptHandle);
      return this.#handNext(held);
    }
    if (settlement.kind === 'left') {
      this.#letGo(held);
      if (!settlement.visible) return this.#handNext(held);
      return this.#giveBackUnseen(this.#lanes.clear(held), 0);
    }
    if (settlement.kind === 'separate') return this.#separate(held, settlement.frames);
    // What waits behind it goes back with it, or order would be lost.
    this.#release(held, settlement.delayMs);
    this.#giveBackUnseen(this.#lanes.clear(held), settlement.delayMs);
  }

  /** H3. */
  #handNext(held: HeldMessage): void {
    const next = this.#lanes.next(held);
    if (next === undefined) return;
    const nowMs = this.#options.api.runtime.monotonicMs();
    const isOurs = next.visibleAtMs > nowMs && next.hideableUntilMs - nowMs >= LEAST_HIDEABLE_MS;
    if (isOurs) return this.#hand(next);
    // It was lost while it waited: somebody else may be at it, or past it. Or it would be lost in its run.
    this.#giveBackUnseen([next, ...this.#lanes.clear(next)], 0);
  }

  /** What waited behind another one: its receive was none to whoever counts them. */
  #giveBackUnseen(all: readonly HeldMessage[], delayMs: number): void {
    for (const held of all) {
      const { messageId } = held.message;
      this.#unseen.set(messageId, (this.#unseen.get(messageId) ?? 0) + 1);
      this.#release(held, delayMs);
    }
  }

  /** H5. It stays held until the others are in the queue by themselves. */
  #separate(held: HeldMessage, frames: readonly GivenBack[]): void {
    const { separation } = this.#options;
    const { receiveCount } = held.message;
    const wholeDelayMs = Math.min(MAX_WHOLE_DELAY_MS, WHOLE_DELAY_MS * 2 ** (receiveCount - 1));
    const delayMs = Math.max(wholeDelayMs, ...frames.map((frame) => frame.delayMs));
    if (separation === undefined) return this.#release(held, delayMs);
    this.#separating.add(held);
    this.#track(
      separation.separate(held, frames).then((separated) => {
        this.#separating.delete(held);
        if (!separated) {
          // Where it cannot be done at all, the pack runs as it is: nothing is won by waiting.
          const atOnce = this.#closed || !separation.possible;
          return this.#release(held, atOnce ? 0 : delayMs);
        }
        this.#letGo(held);
        // At once: its frames are in the queue by themselves already.
        this.#settlements.ack(held.receiptHandle);
        this.#settlements.hurryAcks();
      }),
    );
  }

  #release(held: HeldMessage, delayMs: number): void {
    this.#letGo(held);
    const release = (): void =>
      this.#settlements.release(held.receiptHandle, held.hiddenFor(delayMs));
    // An extension that is on its way must not land after the release and hide the message again.
    if (held.extending === undefined) return release();
    this.#track(held.extending.then(release));
  }

  #track(work: Promise<void>): void {
    const underWay = work.then(() => void this.#underWay.delete(underWay));
    this.#underWay.add(underWay);
  }

  #letGo(held: HeldMessage): void {
    this.#heartbeat.letGo(held);
    this.#held.delete(held.message.messageId);
  }
}

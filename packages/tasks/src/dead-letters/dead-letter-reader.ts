import type { QueueAccess, ReceivedMessage } from '@replyq/queue';
import { patiently } from '../patience.ts';
import type { FoundDeadLetterQueue } from './dead-letter-queue.ts';
import { HeldLetters } from './held-letters.ts';
import { MovedEntries } from './moved-entries.ts';
import { readDeadLetters, type ReadDeadLetter } from './read-dead-letters.ts';

/** A long poll asks every server of the service; a shorter one may miss what is there. */
const WAIT_MS = 1000;
const EMPTY_RECEIVES = 2;
/**
 * Receives in a row that bring nothing to tell: then only newcomers are left. As many more as it takes to
 * see all that is known once more, should it not have stayed hidden.
 */
const STRANGE_RECEIVES = 10;
/** Ids and handles that are kept, some 600 B each. SQS lets 120,000 messages be in flight. */
const MOST_KNOWN = 50_000;
/** The service tells its time in whole seconds. */
const CLOCK_SLACK_MS = 1000;

export type ReadEnd =
  /** Nothing was left. */
  | 'empty'
  /** What is left came after the start. */
  | 'onlyNew'
  /** FIFO: behind what stays its groups are locked, and nobody can see whether there is more. */
  | 'groupsLocked'
  /** More messages stay than this process wants to remember. */
  | 'full'
  | 'signal'
  | 'failed';

export type Read =
  | { readonly kind: 'messages'; readonly messages: readonly ReceivedMessage[] }
  | { readonly kind: 'end'; readonly end: ReadEnd; readonly error?: string };

/**
 * Reads each message of a queue once. What was read stays hidden until {@link close}, which makes
 * visible again what is still {@link hold held}.
 *
 * R1: a message is told once, however often it comes; what was sent after the start is not told. So
 *     a run ends although new messages arrive, and although those that it moves come back.
 */
export class DeadLetterReader {
  readonly #access: QueueAccess;
  readonly #queue: FoundDeadLetterQueue;
  readonly #signal: AbortSignal;
  /** Told, and to stay. */
  readonly #held: HeldLetters;
  /** Let go, and not known to be deleted: it may come back. */
  readonly #parted = new Set<string>();
  /** Not to be told. */
  readonly #newcomers: HeldLetters;
  readonly #own = new Set<string>();
  /** They may fail at once, and come back as messages that look old. */
  readonly #moved = new MovedEntries();
  readonly #startedAtMs: number;
  #empty = 0;
  #strange = 0;

  /** Begins now: to be made after something was asked of the service, which told its time. */
  constructor(access: QueueAccess, queue: FoundDeadLetterQueue, signal: AbortSignal) {
    const { queueUrl, visibilityMs } = queue;
    this.#access = access;
    this.#queue = queue;
    this.#signal = signal;
    this.#held = new HeldLetters(access, queueUrl, visibilityMs);
    this.#newcomers = new HeldLetters(access, queueUrl, visibilityMs);
    this.#startedAtMs = access.api.serviceNowMs();
  }

  /** Up to `max` messages, at least one, or how the run ends. */
  async next(max: number): Promise<Read> {
    const { api, runtime } = this.#access;
    const { maxBatchEntries, maxWaitMs } = api.service.limits;
    for (;;) {
      if (this.#signal.aborted) return { kind: 'end', end: 'signal' };
      if (this.#empty >= EMPTY_RECEIVES) return { kind: 'end', end: this.#lockedOr('empty') };
      const maxMessages = Math.min(max, maxBatchEntries);
      const known = this.#held.size + this.#parted.size;
      const mostStrange = STRANGE_RECEIVES + Math.ceil(known / maxMessages);
      if (this.#strange >= mostStrange) return { kind: 'end', end: this.#lockedOr('onlyNew') };
      if (known + this.#newcomers.size >= MOST_KNOWN) return { kind: 'end', end: 'full' };
      await this.#held.extendDue();
      const request = {
        queueUrl: this.#queue.queueUrl,
        maxMessages,
        waitMs: Math.min(WAIT_MS, maxWaitMs),
        visibilityMs: this.#queue.visibilityMs,
      };
      // Not the caller's signal: what the service has handed out would stay hidden.
      const result = await patiently(runtime, this.#signal, () => api.receive(request));
      if (result.kind === 'aborted') return { kind: 'end', end: 'signal' };
      if (result.kind !== 'ok') return { kind: 'end', end: 'failed', error: result.error };
      const messages = result.messages.filter((message) => this.#isTold(message));
      this.#empty = result.messages.length === 0 ? this.#empty + 1 : 0;
      if (result.messages.length > 0) this.#strange = messages.length === 0 ? this.#strange + 1 : 0;
      if (messages.length > 0) return { kind: 'messages', messages };
    }
  }

  /** The message stays in the queue: it is made visible at the end. */
  hold(message: ReceivedMessage): void {
    this.#parted.delete(message.messageId);
    this.#held.add(message);
  }

  /** It is about to be moved. R1: should it come back, it has been told. */
  letGo({ messageId }: ReceivedMessage): void {
    this.#held.delete(messageId);
    this.#parted.add(messageId);
  }

  /** It does not come back. */
  deleted({ messageId }: ReceivedMessage): void {
    this.#parted.delete(messageId);
  }

  /** Sent to the queue by this run, and not to be told, even within the slack of the clocks. */
  ignore(messageId: string): void {
    if (this.#isEarly()) this.#own.add(messageId);
  }

  /** They are about to be moved. R1: who fails at once has been told, whatever message it comes back as. */
  ignoreEntries(entries: readonly ReadDeadLetter[]): void {
    if (this.#isEarly()) for (const entry of entries) this.#moved.add(entry);
  }

  /** Gives back what is held. Never rejects. */
  async close(): Promise<void> {
    await this.#held.giveBack();
    await this.#newcomers.giveBack();
  }

  #lockedOr(end: ReadEnd): ReadEnd {
    const stay = this.#held.size + this.#parted.size;
    return this.#queue.fifo && stay > 0 ? 'groupsLocked' : end;
  }

  /** What is sent later is told to be new by its age. */
  #isEarly(): boolean {
    return this.#access.api.serviceNowMs() <= this.#startedAtMs + 2 * CLOCK_SLACK_MS;
  }

  /** Young enough to have been sent after the start. */
  #isBack(message: ReceivedMessage): boolean {
    if (message.sentAtMs < this.#startedAtMs - CLOCK_SLACK_MS) return false;
    return this.#moved.hasAll(readDeadLetters(message, this.#access.api.serviceNowMs()));
  }

  /** R1. */
  #isTold(message: ReceivedMessage): boolean {
    const { messageId, sentAtMs } = message;
    const isOld = sentAtMs <= this.#startedAtMs + CLOCK_SLACK_MS;
    const isKnown = this.#own.has(messageId) || this.#parted.has(messageId);
    if (this.#held.has(messageId)) this.#held.add(message);
    else if (isOld && !isKnown && !this.#isBack(message)) return true;
    else this.#newcomers.add(message);
    return false;
  }
}

import type { Alarm, Alarms, Runtime } from '@replyq/contract/transport';
import { LinkedList, type Linked } from './linked-list.ts';
import type { ReplyStore, StoredReply, ClaimToken } from './reply-store.ts';

export interface LeasesOptions {
  readonly runtime: Runtime;
  /** Those of the runs: one timer for both. They do not ring once `closing` has aborted (L4). */
  readonly alarms: Alarms;
  readonly store: ReplyStore;
  readonly leaseMs: number;
  /** Aborts when the responder gives up waiting for handlers. */
  readonly closing: AbortSignal;
  /** Told of what the store fails with where nobody else is. */
  readonly failed: (error: unknown) => void;
}

/** Whoever holds a lease. */
export interface Leaseholder {
  leaseInDoubt(doubt: Error): void;
}

/**
 * What this process has claimed in the reply store. A lease is renewed when a third of it is over;
 * most runs have ended by then and cost the store nothing.
 *
 * L1: a run knows at once that its lease is in doubt: when the store says that the key is another
 *     run's, or when no renewal has succeeded for a whole lease by this process's monotonic clock.
 * L2: each claim ends as recorded or abandoned, or its lease runs out.
 * L3: a handler that runs on though nobody waits for it keeps its claim, so that it is not run beside itself.
 * L4: once the responder has given up, nothing is renewed: the messages are given back. Who still holds a claim
 *     records or abandons it even so, if no other run has claimed the key.
 */
export class Leases implements Alarm {
  atMs = 0;
  index = -1;
  readonly #options: LeasesOptions;
  /** Those never renewed, by when that is due: one alarm for all of them. Later each has its own. */
  readonly #young = new LinkedList<Lease>();

  constructor(options: LeasesOptions) {
    this.#options = options;
  }

  /** `askedMs`: when the claim was asked for; the lease may have begun then. */
  hold(token: ClaimToken, askedMs: number): Lease {
    return new Lease(token, askedMs, this, this.#options);
  }

  add(lease: Lease): void {
    const { newest } = this.#young;
    // Where the store took longer to answer than for others.
    if (newest !== undefined && newest.atMs > lease.atMs) return this.#options.alarms.add(lease);
    this.#young.add(lease);
    lease.young = true;
    if (newest === undefined) this.#wait(lease);
  }

  remove(lease: Lease): void {
    const { alarms } = this.#options;
    if (!lease.young) return alarms.cancel(lease);
    this.#young.remove(lease);
    lease.young = false;
    if (this.#young.oldest === undefined) alarms.cancel(this);
  }

  /** Called by its alarm, which is set for what was the oldest. */
  ring(): void {
    const nowMs = this.#options.runtime.monotonicMs();
    for (let lease = this.#young.oldest; lease !== undefined; lease = this.#young.oldest) {
      if (lease.atMs > nowMs) return this.#wait(lease);
      this.#young.remove(lease);
      lease.young = false;
      lease.ring();
    }
  }

  #wait({ atMs }: Lease): void {
    if (this.index >= 0) return;
    this.atMs = atMs;
    this.#options.alarms.add(this);
  }
}

/** One claim, until it is recorded or abandoned. */
export class Lease implements Alarm, Linked<Lease> {
  /** Why the run may not be the only one; it stays so. */
  doubt: Error | undefined;
  /** Told once, when the lease comes into doubt. */
  run: Leaseholder | undefined;
  atMs: number;
  index = -1;
  /** Owned by {@link Leases}, as are the two after it. */
  young = false;
  before: Lease | undefined;
  after: Lease | undefined;
  readonly #leases: Leases;
  readonly #options: LeasesOptions;
  readonly #token: ClaimToken;
  #heldUntilMs: number;
  #renewing = false;
  #ended: boolean;
  #outlived = false;

  constructor(token: ClaimToken, askedMs: number, leases: Leases, options: LeasesOptions) {
    const { leaseMs, runtime } = options;
    this.#leases = leases;
    this.#options = options;
    this.#token = token;
    this.#heldUntilMs = askedMs + leaseMs;
    this.atMs = askedMs + leaseMs / 3;
    // Nothing is remembered of this run.
    this.#ended = token === '';
    if (this.#ended) return;
    leases.add(this);
    // The store may have taken longer to answer than the lease lasts.
    if (runtime.monotonicMs() >= this.#heldUntilMs) this.#comesIntoDoubt('the claim came too late');
  }

  /** The run is over. False: another run has the key. Tried in doubt, too: the token decides (S3). */
  record(reply: StoredReply): boolean | Promise<boolean> {
    if (this.#token === '') return true;
    this.#end();
    try {
      const recorded = this.#options.store.record(this.#token, reply);
      return typeof recorded === 'boolean' ? recorded : this.#recorded(recorded);
    } catch (error) {
      this.#ended = false;
      throw error;
    }
  }

  /** L2. Undefined: it was over already, or is so now. Does not reject: then the lease runs out. */
  abandon(): Promise<void> | undefined {
    if (this.#ended || this.#outlived) return undefined;
    this.#end();
    const { failed, store } = this.#options;
    try {
      return store.abandon(this.#token)?.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /**
   * L3. What the handler still comes to is recorded; undefined: it failed. When the responder closes, the
   * lease runs out by itself: whoever claims the key next has waited for it.
   */
  outlivedBy(ending: Promise<StoredReply | undefined>): void {
    const { closing, failed } = this.#options;
    if (this.#ended) return;
    const letGo = (): void => this.#end();
    if (closing.aborted) return letGo();
    this.#outlived = true;
    closing.addEventListener('abort', letGo, { once: true });
    const settle = async (): Promise<void> => {
      const reply = await ending;
      closing.removeEventListener('abort', letGo);
      this.#outlived = false;
      try {
        if (!this.#ended && reply !== undefined) await this.record(reply);
      } finally {
        await this.abandon(); // L2.
      }
    };
    settle().catch(failed);
  }

  /** Called by its alarm: it is time to renew, or too late. */
  ring(): void {
    if (!this.#renewing) this.#renew();
    else this.#comesIntoDoubt(this.#notRenewed());
  }

  /** What the store failed to record may be claimed again. */
  async #recorded(recording: Promise<boolean>): Promise<boolean> {
    try {
      return await recording;
    } catch (error) {
      this.#ended = false;
      throw error;
    }
  }

  #renew(): void {
    const { leaseMs, runtime, store } = this.#options;
    const askedMs = runtime.monotonicMs();
    try {
      const renewed = store.renew(this.#token, leaseMs);
      if (typeof renewed === 'boolean') return this.#renewed(renewed, askedMs);
      this.#renewing = true;
      renewed.then(
        (held) => this.#renewed(held, askedMs),
        (error: unknown) => this.#failed(error),
      );
      // A process that stood still asks before it doubts.
      this.#ringAt(Math.max(this.#heldUntilMs, askedMs + leaseMs / 12));
    } catch (error) {
      this.#failed(error);
    }
  }

  #renewed(held: boolean, askedMs: number): void {
    this.#renewing = false;
    if (this.#isOver()) return;
    if (!held) return this.#comesIntoDoubt('another run has it');
    const { leaseMs } = this.#options;
    this.#heldUntilMs = askedMs + leaseMs;
    this.#waitUntil(askedMs + leaseMs / 3);
  }

  /** Soon again, so that several attempts may fail before the lease is over. */
  #failed(error: unknown): void {
    this.#renewing = false;
    const { failed, leaseMs, runtime } = this.#options;
    if (this.#isOver()) return;
    failed(error);
    this.#waitUntil(runtime.monotonicMs() + leaseMs / 12);
  }

  #waitUntil(atMs: number): void {
    const { runtime } = this.#options;
    if (runtime.monotonicMs() >= this.#heldUntilMs) this.#comesIntoDoubt(this.#notRenewed());
    else this.#ringAt(Math.min(atMs, this.#heldUntilMs));
  }

  #ringAt(atMs: number): void {
    this.#leases.remove(this);
    this.atMs = atMs;
    this.#options.alarms.add(this);
  }

  #notRenewed(): string {
    return `it could not be renewed for ${this.#options.leaseMs} ms`;
  }

  /** L1. */
  #comesIntoDoubt(why: string): void {
    this.#leases.remove(this);
    const message = `The lease in the reply store is lost: ${why}. The request may run elsewhere.`;
    this.doubt = new DOMException(message, 'AbortError');
    this.run?.leaseInDoubt(this.doubt);
  }

  #isOver(): boolean {
    return this.#ended || this.doubt !== undefined;
  }

  #end(): void {
    this.#ended = true;
    this.#leases.remove(this);
  }
}

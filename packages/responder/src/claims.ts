import { notify, sleep } from '@replyq/contract/transport';
import type { AnswererOptions } from './answerer-options.ts';
import { claimRequestOf } from './claim-request.ts';
import type { Settlement } from './incoming.ts';
import { Leases, type Lease } from './leases.ts';
import type { OpenRuns } from './open-runs.ts';
import type { ServedRequest } from './reply-maker.ts';
import { UNREMEMBERED, type Claim, type ClaimRequest } from './reply-store.ts';
import { GIVE_BACK } from './settlements.ts';

/** What a running handler occupies. */
export interface Slot {
  handled(): void;
  /** No handler runs for it: it is free again, and counts for no rate. */
  letGo(): void;
}

/** What the reply store makes of a request. */
export type Claimed =
  | { readonly kind: 'run'; readonly lease: Lease }
  | Extract<Claim, { readonly kind: 'stored' | 'conflict' }>
  | { readonly kind: 'settled'; readonly settlement: Settlement }
  /** Its deadline came while it waited for another run of it. */
  | { readonly kind: 'tooLate' };

/**
 * Claims requests in the reply store.
 *
 * C1: a request that another run is busy with waits here, where its message is held, and not in the
 *     queue: to be received again and again would wear out its receives. It keeps no slot meanwhile.
 *     Where there are no slots (Lambda), nobody holds its message for long: there it is given back.
 * C2: no more wait than there are slots, or copies of one request would keep out all others.
 */
export class Claims {
  readonly #options: AnswererOptions;
  readonly #leases: Leases;
  #waiting = 0;

  constructor(options: AnswererOptions, { alarms }: OpenRuns) {
    const { closing, queue, runtime, settings } = options;
    const { leaseMs, observer, replyStore: store } = settings;
    this.#options = options;
    this.#leases = new Leases({
      runtime,
      alarms,
      store,
      leaseMs,
      closing,
      failed: (error) => notify(observer, { kind: 'answererFailed', queue, error }),
    });
  }

  /** Answers at once where the store does: most do, and then nothing is waited for. */
  claim(request: ServedRequest, slot?: Slot): Claimed | Promise<Claimed> {
    const { runtime, settings } = this.#options;
    const asked = claimRequestOf(request, this.#options);
    const askedMs = runtime.monotonicMs();
    if (asked === undefined) return this.#held(UNREMEMBERED, askedMs);
    const claim = settings.replyStore.claim(asked);
    return 'kind' in claim
      ? this.#claimed(claim, asked, askedMs, request, slot)
      : claim.then((told) => this.#claimed(told, asked, askedMs, request, slot));
  }

  #claimed(
    claim: Claim,
    asked: ClaimRequest,
    askedMs: number,
    request: ServedRequest,
    slot: Slot | undefined,
  ): Claimed | Promise<Claimed> {
    if (claim.kind !== 'busy') return this.#held(claim, askedMs);
    const { retryInMs } = claim;
    if (slot !== undefined && this.#waiting < this.#options.maxWaiting) {
      this.#waiting += 1;
      return this.#wait(retryInMs, asked, request, slot).finally(() => {
        this.#waiting -= 1;
      });
    }
    return { kind: 'settled', settlement: { kind: 'release', delayMs: retryInMs } };
  }

  /** C1. */
  async #wait(
    firstMs: number,
    asked: ClaimRequest,
    { deadlineMs }: ServedRequest,
    slot: Slot,
  ): Promise<Claimed> {
    const { draining, runtime, settings } = this.#options;
    slot.letGo();
    for (let waitMs = firstMs; ;) {
      const leftMs = deadlineMs - runtime.monotonicMs();
      await sleep(runtime, Math.min(waitMs, leftMs), { signal: draining, keepAlive: true });
      if (draining.aborted) return { kind: 'settled', settlement: GIVE_BACK };
      const askedMs = runtime.monotonicMs();
      if (askedMs >= deadlineMs) return { kind: 'tooLate' };
      const claim = await settings.replyStore.claim(asked);
      if (claim.kind === 'busy') {
        waitMs = claim.retryInMs;
        continue;
      }
      if (claim.kind !== 'run') return this.#held(claim, askedMs);
      // The other run has come to nothing, and who waited has no slot to run in.
      await settings.replyStore.abandon(claim.token);
      return { kind: 'settled', settlement: GIVE_BACK };
    }
  }

  #held(claim: Exclude<Claim, { readonly kind: 'busy' }>, askedMs: number): Claimed {
    return claim.kind === 'run'
      ? { kind: 'run', lease: this.#leases.hold(claim.token, askedMs) }
      : claim;
  }
}

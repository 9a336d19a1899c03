import type { Fact, ProcessHappening } from '../fact.ts';
import type { ClaimTrace, Receipt, RunTrace } from './traces.ts';

export type HandleUse = Extract<Fact, { readonly kind: 'handleUsed' }>;

interface Stall {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What a history tells of one process. Times and orders of what never happened are `Infinity`. */
export class ProcessTrace {
  readonly name: string;
  role: Extract<ProcessHappening, { readonly kind: 'started' }>['role'] | undefined;
  /** How far the clock of its host was ahead of the true time when it started. */
  aheadMs: number = 0;
  crashedMs: number = Infinity;
  crashedOrder: number = Infinity;
  closingMs: number = Infinity;
  closingOrder: number = Infinity;
  closedMs: number = Infinity;
  closedOrder: number = Infinity;
  closed: Extract<ProcessHappening, { readonly kind: 'closed' }> | undefined;
  /** What it did once it was closed. */
  readonly afterwards: Fact[] = [];
  readonly runs: RunTrace[] = [];
  /** The newest claim that it was granted, by the last part of the key, and by the last two: a procedure stands before. */
  readonly claims: Map<string, ClaimTrace> = new Map();
  /** What the service handed out, and no receive has brought yet. */
  undelivered: Receipt[] = [];
  /** When sends of it came back with a failure. */
  readonly failedSendsMs: number[] = [];
  /** Uses of the handles of messages that it was brought several times. */
  readonly handleUses: HandleUse[] = [];
  readonly #stalls: Stall[] = [];

  constructor(name: string) {
    this.name = name;
  }

  read(fact: ProcessHappening & { readonly atMs: number }, order: number): void {
    const { atMs } = fact;
    switch (fact.kind) {
      case 'started':
        this.role = fact.role;
        this.aheadMs = fact.aheadMs ?? 0;
        return;
      case 'crashed':
        this.crashedMs = atMs;
        this.crashedOrder = order;
        return;
      case 'stalled':
        return this.stalled(atMs, fact.forMs);
      case 'closing':
        this.closingMs = atMs;
        this.closingOrder = order;
        return;
      case 'closed':
        this.closedMs = atMs;
        this.closedOrder = order;
        this.closed = fact;
    }
  }

  /** A request that was sent on is claimed by its call id, whatever key its caller gave. */
  newestClaim(callId: string, idempotencyKey: string | undefined): ClaimTrace | undefined {
    const byCallId = this.claims.get(callId);
    const byKey = idempotencyKey === undefined ? undefined : this.claims.get(idempotencyKey);
    if (byCallId === undefined || byKey === undefined) return byCallId ?? byKey;
    return byKey.order > byCallId.order ? byKey : byCallId;
  }

  /** A stall that begins while it stands still lengthens that one, if it ends later. */
  stalled(atMs: number, forMs: number): void {
    const fromMs = Math.max(atMs, this.#stalls.at(-1)?.toMs ?? 0);
    const toMs = atMs + forMs;
    if (toMs > fromMs) this.#stalls.push({ fromMs, toMs });
  }

  /** How much of the time between the two it could do something. */
  awakeMs(fromMs: number, toMs: number): number {
    let awakeMs = toMs - fromMs;
    for (const stall of this.#stalls)
      awakeMs -= Math.max(0, Math.min(toMs, stall.toMs) - Math.max(fromMs, stall.fromMs));
    return awakeMs;
  }

  stalledBetween(fromMs: number, toMs: number): boolean {
    return this.awakeMs(fromMs, toMs) < toMs - fromMs;
  }

  /** When it could do something, at `atMs` or next after. */
  nextAwakeMs(atMs: number): number {
    let awakeMs = atMs;
    for (const { fromMs, toMs } of this.#stalls)
      if (fromMs <= awakeMs && awakeMs < toMs) awakeMs = toMs;
    return awakeMs;
  }
}

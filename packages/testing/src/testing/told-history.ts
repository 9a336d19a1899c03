import type { Fact, FrameFact, Happening, QueueHappening } from '../simulation/fact.ts';
import type { OracleBounds, Violation } from '../simulation/oracle.ts';
import { judge } from '../simulation/oracles/judge.ts';

export const BOUNDS: OracleBounds = {
  slackMs: 250,
  graceMs: 5000,
  waitMs: 20_000,
  visibilityMs: 2000,
  sharedStore: false,
  concurrency: 2,
  probeMs: 5000,
  maxSends: 3,
  maxTries: 6,
  maxFailedSends: 5,
  maxPendingCalls: 100,
};

/** The key that the store knows call `c1` by. */
export const KEY = 'call:requests/calls/act/c1-id';

type Part<K extends Happening['kind']> = Partial<Extract<Happening, { readonly kind: K }>>;

/**
 * A history, told by hand. `q` is the requester, `r1` and `r2` are responders; call `c1` has the call
 * id `c1-id` and travels in message `m1`, unless it is said otherwise. Whoever tells sees to the order.
 */
export class ToldHistory {
  readonly facts: Fact[] = [];
  #atMs = 0;
  #process = 'q';

  /** What follows happens at this time, in this process. */
  at(atMs: number, process: string = this.#process): this {
    this.#atMs = atMs;
    this.#process = process;
    return this;
  }

  add(happening: Happening): this {
    this.facts.push({ atMs: this.#atMs, process: this.#process, ...happening });
    return this;
  }

  starts(role: 'requester' | 'responder'): this {
    return this.add({ kind: 'started', role });
  }

  asks(call: string, more: Part<'callStarted'> = {}): this {
    return this.add({ kind: 'callStarted', call, timeoutMs: 10_000, ...more });
  }

  settles(call: string, more: Part<'callSettled'> = {}): this {
    const outcome = more.outcome ?? 'ok';
    const ownValue = outcome === 'ok' ? { ownValue: true } : { maybeExecuted: true };
    return this.add({ kind: 'callSettled', call, outcome, ...ownValue, ...more });
  }

  /** Message `messageId` with the requests of these calls is stored. */
  sends(messageId: string, calls: readonly string[], more: FrameOptions = {}): this {
    const { copy, queue = 'requests', ...rest } = more;
    const frames = calls.map((call): FrameFact => {
      const of = { call, callId: `${call}-id`, replyQueue: 'replies' };
      return { kind: 'request', ...of, timeoutMs: 10_000, attempt: 1, ...rest };
    });
    const marks = copy === undefined ? {} : { copy };
    return this.add({ kind: 'stored', queue, messageId, frames, ...marks });
  }

  /** The service hands it out, and a receive brings it, in the same instant. */
  receives(messageId: string, more: Part<'received'> = {}): this {
    const { queue = 'requests', receiveCount = 1 } = more;
    return this.handsOut(messageId, more).polls({ queue, messages: [{ messageId, receiveCount }] });
  }

  /** What it was asked with has not been answered yet. */
  handsOut(messageId: string, more: Part<'received'> = {}): this {
    return this.add({ kind: 'received', queue: 'requests', messageId, receiveCount: 1, ...more });
  }

  polls(more: Partial<Extract<QueueHappening, { readonly kind: 'polled' }>> = {}): this {
    return this.add({ kind: 'polled', queue: 'requests', ok: true, ...more });
  }

  claims(token: string, more: Part<'claimed'> = {}): this {
    return this.add({ kind: 'claimed', key: KEY, token, leaseMs: 5000, ...more });
  }

  runs(run: string, call: string, more: Part<'runStarted'> = {}): this {
    const idempotent = more.idempotent ?? false;
    return this.add({ kind: 'runStarted', run, call, callId: `${call}-id`, ...more, idempotent });
  }

  /** Faults hit these operations of the process. */
  suffers(...operations: readonly string[]): this {
    for (const operation of operations) {
      const atom = `lostAnswer@${this.#process}/${operation}/1`;
      this.facts.push({ atMs: this.#atMs, process: 'service', kind: 'fault', atom });
    }
    return this;
  }

  aborts(run: string): this {
    return this.add({ kind: 'runAborted', run, reason: 'TimeoutError' });
  }

  ends(run: string, failed = false): this {
    return this.add({ kind: 'runEnded', run, failed });
  }

  records(token: string): this {
    return this.add({ kind: 'recorded', key: KEY, token });
  }

  replies(...calls: readonly string[]): this {
    const frames = calls.map((call): FrameFact => ({ kind: 'reply', callId: `${call}-id` }));
    const messageId = `reply-${this.facts.length}`;
    return this.add({ kind: 'stored', queue: 'replies', messageId, frames });
  }

  deletes(messageId: string, queue = 'requests'): this {
    return this.add({ kind: 'deleted', queue, messageId });
  }

  /** A requester sees to its reply queue meanwhile. */
  closes(left: Part<'closed'> = {}): this {
    this.add({ kind: 'closing' });
    if (this.#process === 'q') this.add({ kind: 'queueDeleteAsked', queue: 'replies' });
    return this.add({ kind: 'closed', timers: 0, operations: 0, runs: 0, ...left });
  }

  violations(bounds: Partial<OracleBounds> = {}): readonly Violation[] {
    return judge(this.facts, { ...BOUNDS, ...bounds });
  }

  /** The invariants that it violates, each once. */
  broken(bounds: Partial<OracleBounds> = {}): readonly string[] {
    return [...new Set(this.violations(bounds).map(({ invariant }) => invariant))];
  }
}

interface FrameOptions extends Partial<FrameFact> {
  readonly copy?: true;
  readonly queue?: string;
}

/** The requester `q`, with its reply queue, and the responders `r1` and `r2`. */
export function begun(): ToldHistory {
  return new ToldHistory()
    .at(0, 'q')
    .starts('requester')
    .add({ kind: 'queueCreated', queue: 'replies' })
    .at(0, 'r1')
    .starts('responder')
    .at(0, 'r2')
    .starts('responder');
}

/** As {@link begun}; then `q` has asked `c1` in message `m1`, which `r1` has received at 20 ms. */
export function asked(more: { readonly timeoutMs?: number } = {}): ToldHistory {
  return begun()
    .at(0, 'q')
    .asks('c1', more)
    .at(10)
    .sends('m1', ['c1'], more)
    .at(20, 'r1')
    .receives('m1');
}

/** As {@link asked}; then `r1` has run, recorded and answered it, and `q` was told, by 50 ms. */
export function answered(): ToldHistory {
  return asked()
    .at(21, 'r1')
    .claims('t1')
    .runs('r1/1', 'c1')
    .at(30)
    .ends('r1/1')
    .records('t1')
    .at(40)
    .replies('c1')
    .at(50, 'q')
    .settles('c1');
}

/** As {@link asked}; then `r1` runs it from 21 ms on. */
export function running(more: { readonly timeoutMs?: number } = {}): ToldHistory {
  return asked(more).at(21, 'r1').claims('t1').runs('r1/1', 'c1');
}

import type { FailureKind } from '@replyq/queue';
import type { EventLoop } from './event-loop.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { OutageKind, Outages } from './outages.ts';
import type { SimProcess } from './sim-process.ts';

/** An operation at the other end of the network. */
export interface RemoteCall<T> {
  /** What faults are told of it: `send:request`, `claim`. */
  readonly operation: string;
  readonly signal?: AbortSignal | undefined;
  /** What happens there. `left` aborts when the other end notices that nobody waits any more. */
  readonly work: (left: AbortSignal) => T | Promise<T>;
  /** How a failure is told to the caller. */
  readonly failed: (kind: FailureKind, error: string) => T;
  /** Something of the user's, for which nobody of ours need wait. */
  readonly usersOwn?: true;
  /** Faults that make no sense for it. */
  readonly never?: readonly NetworkFault[];
}

/** What can go wrong on the way, whatever the operation is. Each is a kind of fault by its name. */
export type NetworkFault = (typeof NETWORK_FAULTS)[number];

const NETWORK_FAULTS = [
  // Without effect, and said so.
  'throttled',
  'refused',
  'denied',
  'credentials',
  'unreachable',
  // Without effect, but who knows.
  'serverError',
  'blackHole',
  // With effect, and nobody is told.
  'lostAnswer',
  'blackHoleAfter',
  // Only late.
  'slowThere',
  'slowBack',
] as const;

const REFUSALS: Readonly<Partial<Record<NetworkFault, FailureKind>>> = {
  throttled: 'throttled',
  refused: 'invalid',
  denied: 'denied',
  credentials: 'credentials',
  unreachable: 'unreachable',
};

/** What an outage is to a single operation: the first that makes sense for it. */
const IN_AN_OUTAGE: Readonly<Record<OutageKind, readonly NetworkFault[]>> = {
  refuses: ['unreachable'],
  fails: ['serverError'],
  swallows: ['blackHole', 'unreachable'],
  losesAnswers: ['blackHoleAfter', 'lostAnswer'],
};

const LEAST_TRIP_MS = 1;
const TRIP_SPREAD_MS = 12;
const SLOW_MS = 6000;
/** What is the user's own has no limit of ours: longer than any lease. */
const VERY_SLOW_MS = 15_000;

export interface NetworkOptions {
  readonly process: SimProcess;
  readonly loop: EventLoop;
  readonly plan: FaultPlan;
  readonly outages: Outages;
}

/**
 * The way from one process to what lies outside of it, and back. It takes time in both directions;
 * what was sent has its effect even if the sender dies meanwhile.
 */
export class Network {
  readonly #options: NetworkOptions;
  readonly #counts = new Map<string, number>();

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  /**
   * Names the next operation of its kind: `responder-1.1/receive:request/4`; of those about one thing:
   * `requester-1.1/send:request/c7/2`. The fewer things share a count, the fewer move when one is taken out.
   */
  subject(operation: string, about?: string): string {
    const kind = about === undefined ? operation : `${operation}/${about}`;
    const nth = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, nth);
    return `${this.#options.process.name}/${kind}/${nth}`;
  }

  call<T>(call: RemoteCall<T>, subject: string = this.subject(call.operation)): Promise<T> {
    return new Promise((resolve) => new Trip(call, subject, resolve, this.#options));
  }
}

/** Its own reason, since each default one writes down where it was made. */
const LEFT = 'Nobody waits any more';

class Trip<T> {
  readonly #call: RemoteCall<T>;
  readonly #subject: string;
  readonly #options: NetworkOptions;
  readonly #left = new AbortController();
  readonly #onAbort = (): void => this.#aborted();
  readonly #forgetCrash: () => void;
  #resolve: ((value: T) => void) | undefined;

  constructor(
    call: RemoteCall<T>,
    subject: string,
    resolve: (value: T) => void,
    options: NetworkOptions,
  ) {
    const { process } = options;
    this.#call = call;
    this.#subject = subject;
    this.#resolve = resolve;
    this.#options = options;
    if (call.usersOwn !== true) process.openOperations += 1;
    this.#forgetCrash = process.onCrash(() => this.#leave());
    if (call.signal?.aborted === true) {
      this.#aborted();
      return;
    }
    call.signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#go();
  }

  #go(): void {
    const { failed } = this.#call;
    const { loop } = this.#options;
    const fault = this.#fault();
    const refusal = fault === undefined ? undefined : REFUSALS[fault];
    const thereMs = this.#tripMs('there') + (fault === 'slowThere' ? this.#slowMs() : 0);
    const backMs = this.#tripMs('back') + (fault === 'slowBack' ? this.#slowMs() : 0);
    if (fault === 'blackHole') return;
    loop.after(thereMs, () => {
      if (refusal !== undefined)
        return this.#answer(backMs, failed(refusal, `Simulated: ${fault}`));
      if (fault === 'serverError')
        return this.#answer(backMs, failed('unknown', 'Simulated: serverError'));
      void Promise.resolve(this.#call.work(this.#left.signal)).then((value) => {
        if (fault === 'blackHoleAfter') return;
        if (fault === 'lostAnswer')
          this.#answer(backMs, failed('unknown', 'Simulated: lostAnswer'));
        else this.#answer(backMs, value);
      });
    });
  }

  #fault(): NetworkFault | undefined {
    const { outages, plan, process } = this.#options;
    const { never, usersOwn } = this.#call;
    const outage = outages.of(process.name, usersOwn === true ? 'store' : 'queues');
    if (outage !== undefined) {
      return IN_AN_OUTAGE[outage].find((fault) => never?.includes(fault) !== true);
    }
    return NETWORK_FAULTS.find(
      (kind) => never?.includes(kind) !== true && plan.happens(kind, this.#subject),
    );
  }

  #answer(backMs: number, value: T): void {
    const { loop, process } = this.#options;
    loop.after(backMs, () => process.reach(() => this.#settle(value)));
  }

  #aborted(): void {
    this.#settle(this.#call.failed('aborted', 'Aborted'));
    this.#leave();
  }

  /** Half of those who are left alone notice it soon; the others take what comes, for nobody. */
  #leave(): void {
    const { loop, plan } = this.#options;
    if (plan.draw('notices', this.#subject) < 0.5) {
      loop.after(this.#tripMs('leave'), () => this.#left.abort(LEFT));
    }
  }

  #settle(value: T): void {
    if (this.#resolve === undefined) return;
    if (this.#call.usersOwn !== true) this.#options.process.openOperations -= 1;
    this.#call.signal?.removeEventListener('abort', this.#onAbort);
    this.#forgetCrash();
    this.#resolve(value);
    this.#resolve = undefined;
  }

  /** Whole milliseconds, so that much happens in the same instant. */
  #tripMs(way: string): number {
    return (
      LEAST_TRIP_MS + Math.floor(this.#options.plan.draw(way, this.#subject) ** 3 * TRIP_SPREAD_MS)
    );
  }

  #slowMs(): number {
    const mostMs = this.#call.usersOwn === true ? VERY_SLOW_MS : SLOW_MS;
    return Math.floor(this.#options.plan.draw('slow', this.#subject) * mostMs);
  }
}

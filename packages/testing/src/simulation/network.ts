import type { FailureKind } from '@replyq/queue';
import type { EventLoop } from './event-loop.ts';
import type { FaultPlan } from './fault-plan.ts';
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
  credentials: 'credentials',
  unreachable: 'unreachable',
};

const LEAST_TRIP_MS = 1;
const TRIP_SPREAD_MS = 12;
const SLOW_MS = 6000;

/**
 * The way from one process to what lies outside of it, and back. It takes time in both directions;
 * what was sent has its effect even if the sender dies meanwhile.
 */
export class Network {
  readonly #process: SimProcess;
  readonly #loop: EventLoop;
  readonly #plan: FaultPlan;
  readonly #counts = new Map<string, number>();

  constructor(process: SimProcess, loop: EventLoop, plan: FaultPlan) {
    this.#process = process;
    this.#loop = loop;
    this.#plan = plan;
  }

  /** Names the next operation of its kind: `responder-1/receive:request/4`. */
  subject(operation: string): string {
    const nth = (this.#counts.get(operation) ?? 0) + 1;
    this.#counts.set(operation, nth);
    return `${this.#process.name}/${operation}/${nth}`;
  }

  call<T>(call: RemoteCall<T>, subject: string = this.subject(call.operation)): Promise<T> {
    return new Promise(
      (resolve) => new Trip(call, subject, resolve, this.#process, this.#loop, this.#plan),
    );
  }
}

/** Its own reason, since each default one writes down where it was made. */
const LEFT = 'Nobody waits any more';

class Trip<T> {
  readonly #call: RemoteCall<T>;
  readonly #subject: string;
  readonly #process: SimProcess;
  readonly #loop: EventLoop;
  readonly #plan: FaultPlan;
  readonly #left = new AbortController();
  readonly #onAbort = (): void => this.#aborted();
  readonly #forgetCrash: () => void;
  #resolve: ((value: T) => void) | undefined;

  constructor(
    call: RemoteCall<T>,
    subject: string,
    resolve: (value: T) => void,
    process: SimProcess,
    loop: EventLoop,
    plan: FaultPlan,
  ) {
    this.#call = call;
    this.#subject = subject;
    this.#resolve = resolve;
    this.#process = process;
    this.#loop = loop;
    this.#plan = plan;
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
    const { failed, never } = this.#call;
    const fault = NETWORK_FAULTS.find(
      (kind) => never?.includes(kind) !== true && this.#plan.happens(kind, this.#subject),
    );
    const refusal = fault === undefined ? undefined : REFUSALS[fault];
    const thereMs = this.#tripMs('there') + (fault === 'slowThere' ? this.#slowMs() : 0);
    const backMs = this.#tripMs('back') + (fault === 'slowBack' ? this.#slowMs() : 0);
    if (fault === 'blackHole') return;
    this.#loop.after(thereMs, () => {
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

  #answer(backMs: number, value: T): void {
    this.#loop.after(backMs, () => this.#process.reach(() => this.#settle(value)));
  }

  #aborted(): void {
    this.#settle(this.#call.failed('aborted', 'Aborted'));
    this.#leave();
  }

  /** Half of those who are left alone notice it soon; the others take what comes, for nobody. */
  #leave(): void {
    if (this.#plan.draw('notices', this.#subject) < 0.5) {
      this.#loop.after(this.#tripMs('leave'), () => this.#left.abort(LEFT));
    }
  }

  #settle(value: T): void {
    if (this.#resolve === undefined) return;
    if (this.#call.usersOwn !== true) this.#process.openOperations -= 1;
    this.#call.signal?.removeEventListener('abort', this.#onAbort);
    this.#forgetCrash();
    this.#resolve(value);
    this.#resolve = undefined;
  }

  /** Whole milliseconds, so that much happens in the same instant. */
  #tripMs(way: string): number {
    return LEAST_TRIP_MS + Math.floor(this.#plan.draw(way, this.#subject) ** 3 * TRIP_SPREAD_MS);
  }

  #slowMs(): number {
    return Math.floor(this.#plan.draw('slow', this.#subject) * SLOW_MS);
  }
}

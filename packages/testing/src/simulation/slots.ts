import type {
  CallEnd,
  CallInput,
  ResponderHost,
  SimRequester,
  SimResponder,
} from './call-system.ts';
import type { CallPlan } from './call-plan.ts';
import { answerOf, HandlerRuns } from './handler-run.ts';
import type { SimHost, Simulation } from './simulation.ts';

/** How long a process manager takes to notice that a process did not come up. */
const RESTART_MS = 1000;

export interface SlotOptions<T, H extends SimHost = SimHost> {
  readonly simulation: Simulation;
  /** How what runs in it is made. */
  readonly open: (host: H) => T;
  /** `responder-1`; its processes are called `responder-1.1`, `responder-1.2`, … */
  readonly name: string;
  /** Clock error of its host. */
  readonly wallOffsetMs: number;
}

interface LiveRuns {
  readonly live: number;
  readonly sleeping: number;
}

const NO_RUNS: LiveRuns = { live: 0, sleeping: 0 };

export interface Closable {
  drain?(): Promise<void>;
  close(): Promise<void>;
}

/** A place that a process manager keeps filled: the process in it, and the next when that has ended. */
export abstract class Slot<T extends Closable, H extends SimHost = SimHost> {
  readonly options: SlotOptions<T, H>;
  host: SimHost | undefined;
  protected instance: T | undefined;
  #incarnation = 0;
  #downMs = RESTART_MS;

  constructor(options: SlotOptions<T, H>) {
    this.options = options;
  }

  get name(): string {
    return this.options.name;
  }

  /** Starts a process unless one is there. */
  fill(): void {
    if (this.host !== undefined) return;
    const { name, simulation, wallOffsetMs } = this.options;
    this.#incarnation += 1;
    const host = (this.host = simulation.openHost(`${name}.${this.#incarnation}`, {
      role: this.role,
      wallOffsetMs,
    }));
    host.process.onCrash(() => this.#restart(host));
    this.instance = this.open(host);
  }

  crash(downMs: number): void {
    this.#downMs = downMs;
    this.host?.process.crash();
  }

  /** As for SIGTERM. Resolves never if the process dies meanwhile. */
  close(): Promise<void> {
    return this.#end((instance) => instance.close());
  }

  /** The same, but what is open ends first, where it can. */
  drain(): Promise<void> {
    return this.#end(async (instance) => {
      await instance.drain?.();
      await instance.close();
    });
  }

  async #end(end: (instance: T) => Promise<void>): Promise<void> {
    const { host, instance } = this;
    if (host === undefined || instance === undefined) return;
    this.#empty();
    host.tell({ kind: 'closing' });
    await end(instance);
    const { openOperations, openTimers } = host.process;
    const { live, sleeping } = this.runsOf(host);
    host.tell({
      kind: 'closed',
      timers: openTimers - sleeping,
      operations: openOperations,
      runs: live,
    });
  }

  protected abstract readonly role: 'requester' | 'responder' | 'other';
  protected abstract open(host: SimHost): T;

  /** Handlers of the process that have not ended. */
  protected runsOf(_host: SimHost): LiveRuns {
    return NO_RUNS;
  }

  #restart(host: SimHost): void {
    if (this.host !== host) return;
    const { simulation } = this.options;
    this.#empty();
    simulation.at(simulation.nowMs + this.#downMs, () => this.fill());
    this.#downMs = RESTART_MS;
  }

  #empty(): void {
    this.host = undefined;
    this.instance = undefined;
  }
}

export class ResponderSlot extends Slot<SimResponder, ResponderHost> {
  protected readonly role = 'responder';
  readonly #runs = new WeakMap<SimHost, HandlerRuns>();

  protected open(host: SimHost): SimResponder {
    const runs = new HandlerRuns(host);
    this.#runs.set(host, runs);
    const responder = this.options.open({
      ...host,
      run: (request) => runs.run(request),
    });
    // It ends, and the process manager starts the next one.
    responder.start().catch(() => {
      if (this.host === host) this.crash(RESTART_MS);
    });
    return responder;
  }

  protected override runsOf(host: SimHost): LiveRuns {
    return this.#runs.get(host) ?? NO_RUNS;
  }
}

export class RequesterSlot extends Slot<SimRequester> {
  protected readonly role = 'requester';

  /** Makes a call, if a process is there to make it. */
  call(plan: CallPlan): void {
    const { host, instance } = this;
    if (host === undefined || instance === undefined) return;
    host.process.reach(() => void this.#call(plan, host, instance));
  }

  protected open(host: SimHost): SimRequester {
    return this.options.open(host);
  }

  async #call(plan: CallPlan, host: SimHost, requester: SimRequester): Promise<void> {
    const { abortAfterMs, call, idempotencyKey, probe, timeoutMs, work } = plan;
    const { subject = idempotencyKey ?? call } = plan;
    host.tell({
      kind: 'callStarted',
      call,
      timeoutMs,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...(probe === undefined ? {} : { probe }),
    });
    const caller = abortAfterMs === undefined ? undefined : new AbortController();
    const giveUp = caller === undefined ? undefined : this.#giveUp(plan, host, caller);
    const input: CallInput = { subject, work };
    const end = await requester.call(plan, input, caller?.signal);
    giveUp?.cancel();
    host.tell({ kind: 'callSettled', call, ...settled(end, input) });
  }

  #giveUp(
    { abortAfterMs = 0, call }: CallPlan,
    host: SimHost,
    caller: AbortController,
  ): { cancel(): void } {
    return host.runtime.setTimer(abortAfterMs, () => {
      host.tell({ kind: 'callAborted', call });
      caller.abort();
    });
  }
}

function settled(
  { fromHandler, maybeExecuted, outcome, value }: CallEnd,
  { subject, work }: CallInput,
): {
  readonly outcome: string;
  readonly maybeExecuted?: boolean;
  readonly ownValue?: boolean;
  readonly fromHandler?: true;
} {
  return {
    outcome,
    ...(maybeExecuted === undefined ? {} : { maybeExecuted }),
    ...(outcome === 'ok'
      ? { ownValue: JSON.stringify(value) === JSON.stringify(answerOf(subject, work.replyChars)) }
      : {}),
    ...(fromHandler === true ? { fromHandler } : {}),
  };
}

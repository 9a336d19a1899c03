import type { Runtime } from '@replyq/contract/transport';
import type { MemoryQueueServiceOptions } from '@replyq/memory';
import type { QueueService } from '@replyq/queue';
import { createSeededRandom } from '../seeded-random.ts';
import { Broker } from './broker.ts';
import { EventLoop } from './event-loop.ts';
import type { Happening } from './fact.ts';
import { FaultPlan, type FaultRates } from './fault-plan.ts';
import { hashFacts, History } from './history.ts';
import { Network } from './network.ts';
import { Outages } from './outages.ts';
import { SimProcess } from './sim-process.ts';
import { SimQueueService } from './sim-queue-service.ts';

export interface SimulationOptions {
  readonly seed: number;
  /** How often each kind of fault happens where it could. Default: never. */
  readonly rates?: FaultRates;
  /** Faults that do not happen although the seed says so. */
  readonly muted?: ReadonlySet<string>;
  /** The only faults that happen. */
  readonly only?: ReadonlySet<string>;
  readonly service?: Omit<MemoryQueueServiceOptions, 'runtime' | 'receiveFewer'>;
  /** What faults call a queue, by its name. Default: `reply` for host reply queues, else `request`. */
  readonly roleOf?: (queueName: string) => string;
}

/** One simulated process, as the code in it sees its world. */
export interface SimHost {
  readonly name: string;
  /** Its clocks, timers, randomness and ids. */
  readonly runtime: Runtime;
  /** The queue service, over a network with faults. */
  readonly service: QueueService;
  readonly process: SimProcess;
  /**
   * Does `work` outside of the process, over the same network: it takes time, it may fail (rejects),
   * and it may be done though the process never hears of it.
   */
  reach<T>(operation: string, work: () => T | Promise<T>): Promise<T>;
  /** Writes a fact into the history, as long as the process lives. */
  tell(happening: Happening): void;
}

export interface SimHostOptions {
  readonly role?: 'requester' | 'responder' | 'other';
  readonly wallOffsetMs?: number;
}

/** When each run begins, by a right clock: 2026-01-01T00:00Z. */
export const SIMULATION_START_MS: number = Date.UTC(2026, 0, 1);

/**
 * Processes, a queue service and a network between them, in one real process, on virtual time.
 * The same options give the same history, event for event.
 */
export class Simulation {
  readonly seed: number;
  readonly history: History;
  readonly plan: FaultPlan;
  readonly loop: EventLoop;
  readonly outages: Outages;
  readonly broker: Broker;
  readonly #roleOf: (queueName: string) => string;

  constructor(options: SimulationOptions) {
    const { muted, only, rates = {}, seed } = options;
    this.seed = seed;
    this.loop = new EventLoop(createSeededRandom(seed, 'order'));
    this.outages = new Outages(this.loop);
    this.history = new History(() => this.loop.nowMs);
    this.plan = new FaultPlan({
      seed,
      rates,
      history: this.history,
      ...(muted === undefined ? {} : { muted }),
      ...(only === undefined ? {} : { only }),
    });
    this.#roleOf = options.roleOf ?? ((name) => (name.startsWith('__') ? 'reply' : 'request'));
    this.broker = new Broker({
      process: this.#newProcess('service', 0),
      loop: this.loop,
      plan: this.plan,
      history: this.history,
      service: options.service ?? {},
    });
  }

  get nowMs(): number {
    return this.loop.nowMs;
  }

  /** Uniform numbers in [0, 1) that no other stream disturbs. */
  stream(name: string): () => number {
    return createSeededRandom(this.seed, name);
  }

  openHost(name: string, options: SimHostOptions = {}): SimHost {
    const { broker, loop, outages, plan } = this;
    const { role = 'other', wallOffsetMs = 0 } = options;
    const process = this.#newProcess(name, wallOffsetMs, (nth) =>
      plan.happens('dies', `${name}/${nth}`),
    );
    const network = new Network({ process, loop, plan, outages });
    const ahead = wallOffsetMs === 0 ? {} : { aheadMs: wallOffsetMs };
    process.tell({ kind: 'started', role, ...ahead });
    return {
      name,
      process,
      runtime: process,
      service: new SimQueueService({ process, network, broker, plan, roleOf: this.#roleOf }),
      reach: (operation, work) => reach(network, operation, work),
      tell: (happening) => process.tell(happening),
    };
  }

  /** Calls `act` at an instant of true time. */
  at(atMs: number, act: () => void): void {
    this.loop.after(atMs - this.loop.nowMs, act);
  }

  runUntil(atMs: number): Promise<void> {
    return this.loop.runUntil(atMs);
  }

  /** No more faults. */
  heal(): void {
    this.plan.heal();
    this.outages.heal();
    this.history.add('service', { kind: 'healed' });
  }

  /** The same for two runs only if they went the same way, event for event. */
  traceHash(): string {
    return `${hashFacts(this.history.facts)}-${this.loop.fired}`;
  }

  #newProcess(name: string, wallOffsetMs: number, diesAt?: (nth: number) => boolean): SimProcess {
    const { history, loop, seed } = this;
    return new SimProcess({
      name,
      seed,
      loop,
      history,
      startMs: SIMULATION_START_MS,
      wallOffsetMs,
      ...(diesAt === undefined ? {} : { diesAt }),
    });
  }
}

async function reach<T>(
  network: Network,
  operation: string,
  work: () => T | Promise<T>,
): Promise<T> {
  const outcome = await network.call<{ readonly value: T } | { readonly error: string }>({
    operation,
    usersOwn: true,
    // It has no watchdog of its own, as a store's client would have.
    never: ['refused', 'denied', 'blackHole', 'blackHoleAfter'],
    work: async () => ({ value: await work() }),
    failed: (_, error) => ({ error }),
  });
  if ('error' in outcome) throw new Error(outcome.error);
  return outcome.value;
}

import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSeededRandom } from '@replyq/testing';
import type { ServerAddress } from '../../bench/settings.ts';
import { CallMix } from './call-mix.ts';
import { Fleet } from './fleet.ts';
import { countOfCalls } from './live-objects.ts';
import { Load } from './load.ts';
import { readMemory, type MemoryReading } from './memory-reading.ts';
import type { SoakOptions, TransportName } from './options.ts';
import { openReplyStore } from './services.ts';
import { openWorld, type World } from './world.ts';

/** Of the API requests. */
const FAULT_SHARE = 0.01;
const SEED = 1;
const SAMPLE_MS = 250;
/** Longer than deletes wait for company: a third of the visibility timeout. */
const QUIET_MS = 800;
const IDLE_WITHIN_MS = 60_000;
const SWEEPS = 20;
const LOOK_MS = 20;

/** What there is when no call is open. */
export interface Reading extends MemoryReading {
  /** Made so far. */
  readonly calls: number;
  /** Objects of calls that are over. */
  readonly left: number;
  readonly timers: number;
  /** One for each requester, responder and open receive, one for all that the memory service has hidden, one for sweeping. */
  readonly expectedTimers: number;
  /** On the signal that many calls share. */
  readonly listeners: number;
}

/** One transport with its fleet and its load, window after window. */
export class Stage {
  readonly world: World;
  readonly fleet: Fleet;
  readonly load: Load;
  readonly violations: string[] = [];
  readonly #options: Pick<SoakOptions, 'callsPerSecond'>;
  #churned = 0;

  constructor(
    name: TransportName,
    server: ServerAddress | undefined,
    options: Pick<SoakOptions, 'callsPerSecond'>,
  ) {
    this.#options = options;
    this.world = openWorld(name, server, createSeededRandom(SEED, 'faults'));
    const { ledger, runtime, transport } = this.world;
    const replyStore = openReplyStore(runtime);
    this.fleet = new Fleet({ transport, observer: ledger.observe, replyStore });
    this.load = new Load(new CallMix(createSeededRandom(SEED, 'calls')), (callNumber) =>
      this.fleet.caller(callNumber),
    );
  }

  /** Makes so many calls, replaces one of the fleet meanwhile, and says what is left once all is quiet. */
  async window(calls: number): Promise<Reading> {
    const sampling = setInterval(() => this.#sample(), SAMPLE_MS);
    this.world.service.faults.share = FAULT_SHARE;
    const middle = this.load.started + calls / 2;
    const churned = this.#churn(middle);
    await this.load.run(calls, this.#options.callsPerSecond);
    await churned;
    this.world.service.faults.share = 0;
    clearInterval(sampling);
    await this.#idle();
    this.#sample();
    const { requesters, responders } = this.fleet.size;
    const { runtime, service } = this.world;
    const timers = {
      timers: runtime.openTimers(),
      expectedTimers: requesters + responders + service.openReceives() + 2,
    };
    return {
      calls: this.load.started,
      left: countOfCalls(),
      ...timers,
      listeners: getEventListeners(this.load.mix.shutdown, 'abort').length,
      ...(await readMemory()),
    };
  }

  /** In the middle of a window, with calls open. */
  async #churn(atCall: number): Promise<void> {
    while (this.load.started < atCall) await sleep(LOOK_MS);
    this.#churned += 1;
    if (this.#churned % 2 === 0) await this.fleet.replaceResponder();
    else await this.fleet.replaceCaller();
  }

  /** Whatever was asked is over or pending, by every count of it. */
  #sample(): void {
    const { callsSettled, callsStarted } = this.world.ledger;
    const { open, over, started } = this.load;
    const pending = this.fleet.pending();
    if (started === over + open && pending === open && callsStarted === callsSettled + open) return;
    this.violations.push(
      `${started} calls were started, ${over} have settled, ${open} are open; requesters have ${pending} pending; observers saw ${callsStarted} and ${callsSettled}`,
    );
  }

  /** Until handlers that outlived their callers have ended, deletes have left, and late replies are read. */
  async #idle(): Promise<void> {
    const untilMs = performance.now() + IDLE_WITHIN_MS;
    await this.#quiet(untilMs);
    for (let sweep = 1, dropped = -1; sweep <= SWEEPS; sweep += 1) {
      if (dropped === this.world.ledger.repliesDropped) break;
      dropped = this.world.ledger.repliesDropped;
      // A requester reads only while a call is open.
      for (const { client } of this.fleet.callers()) await client.echo({ id: 0, text: 'sweep' });
    }
    await this.#quiet(untilMs);
    const { handlersSettled, handlersStarted } = this.world.ledger;
    if (handlersStarted !== handlersSettled)
      this.violations.push(`${handlersStarted} handlers were started, ${handlersSettled} settled`);
  }

  async #quiet(untilMs: number): Promise<void> {
    while (this.fleet.running() > 0 || this.world.service.quietMs() < QUIET_MS) {
      await sleep(LOOK_MS);
      if (performance.now() < untilMs) continue;
      this.violations.push('requests or handlers are still under way a minute after the last call');
      return;
    }
  }
}

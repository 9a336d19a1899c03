import { Operator } from './operator.ts';
import type { ProcessEvent } from './process-events.ts';
import type { Simulation, SimHost } from './simulation.ts';
import type { WorldEvent } from './world-events.ts';

export type SimEvent = ProcessEvent | WorldEvent;

interface AnySlot {
  readonly name: string;
  readonly host: SimHost | undefined;
  fill(): void;
  crash(downMs: number): void;
  close(): Promise<void>;
  drain(): Promise<void>;
}

export interface HappeningsOptions {
  readonly simulation: Simulation;
  readonly slots: readonly AnySlot[];
  readonly requestQueue: string;
}

/** Makes the planned events happen. */
export class Happenings {
  readonly #options: HappeningsOptions;
  readonly #operator: Operator;

  constructor(options: HappeningsOptions) {
    this.#options = options;
    this.#operator = new Operator(options.simulation);
  }

  happen(event: SimEvent): void {
    const { plan } = this.#options.simulation;
    if ('slot' in event) {
      const slot = this.#slot(event.slot);
      if (slot?.host !== undefined && plan.takes(event.atom)) this.#toProcess(slot, event.what);
    } else if (plan.takes(event.atom)) this.#toWorld(event.what);
  }

  #toProcess(slot: AnySlot, what: ProcessEvent['what']): void {
    const { simulation } = this.#options;
    const process = slot.host?.process;
    const ends = (end: () => Promise<void>, downMs: number): void =>
      process?.reach(() => {
        void end();
        simulation.at(simulation.nowMs + downMs, () => slot.fill());
      });
    switch (what.kind) {
      case 'crash':
        return slot.crash(what.downMs);
      case 'restart':
        return ends(() => slot.close(), what.downMs);
      case 'drain':
        return ends(() => slot.drain(), what.downMs);
      case 'stall':
        return process?.stall(what.forMs);
      case 'stepClock':
        return process?.stepWallClock(what.byMs);
      case 'deleteHostQueue': {
        const queue = this.#replyQueueOf(slot);
        if (queue !== undefined) void this.#operator.deleteQueue(queue);
      }
    }
  }

  #toWorld(what: WorldEvent['what']): void {
    const { requestQueue, simulation } = this.#options;
    switch (what.kind) {
      case 'outage':
        return simulation.outages.begin(what.outage);
      case 'purge': {
        const queue =
          what.slot === undefined ? requestQueue : this.#replyQueueOf(this.#slot(what.slot));
        if (queue !== undefined) void this.#operator.purge(queue);
        return;
      }
      case 'loseQueue':
        return void this.#operator.loseQueue(requestQueue);
      case 'resend': {
        const replyQueue = this.#replyQueueOf(this.#slot(what.slot));
        return void this.#operator.resend(requestQueue, what.as, replyQueue);
      }
    }
  }

  #slot(name: string): AnySlot | undefined {
    return this.#options.slots.find((each) => each.name === name);
  }

  /** The one that the process in this slot has made last. */
  #replyQueueOf(slot: AnySlot | undefined): string | undefined {
    const process = slot?.host?.name;
    const made = this.#options.simulation.history.facts.findLast(
      (fact) => fact.kind === 'queueCreated' && fact.process === process,
    );
    return made?.kind === 'queueCreated' ? made.queue : undefined;
  }
}

import { drawCallPlans, type CallPlan } from './call-plan.ts';
import type { CallSystem } from './call-system.ts';
import type { Fact } from './fact.ts';
import type { FaultRates } from './fault-plan.ts';
import { Happenings, type SimEvent } from './happenings.ts';
import { NAME_BLOCKED_MS } from './operator.ts';
import { drawRates } from './fault-rates.ts';
import { names, placeOf } from './places.ts';
import { drawProcessEvents } from './process-events.ts';
import { Simulation, type SimulationOptions } from './simulation.ts';
import { RequesterSlot, ResponderSlot } from './slots.ts';
import { drawWorldEvents } from './world-events.ts';

export interface SimulateCallsOptions extends Omit<SimulationOptions, 'rates'> {
  readonly system: CallSystem | ((simulation: Simulation) => CallSystem);
  /** Drawn from the seed unless given: each kind of fault is on in half of the seeds. */
  readonly rates?: FaultRates;
  /** Default 2. */
  readonly requesters?: number;
  /** Default 2. */
  readonly responders?: number;
  /** Default 50, drawn from the seed. */
  readonly calls?: number | readonly CallPlan[];
  /** What happens to processes and to the service. Default: drawn from the seed. */
  readonly events?: readonly SimEvent[];
  /** How long there are faults, true time. Default 60 s. */
  readonly faultsMs?: number;
  /** How long after that the world may take to be well again. Default 50 s. */
  readonly healMs?: number;
}

export interface SimulatedRun {
  readonly seed: number;
  readonly facts: readonly Fact[];
  /** Names of all that this run was made of, as `muted` takes them: calls, events, faults. */
  readonly atoms: readonly string[];
  /** With `only`: the names of all faults that could have happened. */
  readonly possible: readonly string[];
  /** The same for two runs only if they went the same way, event for event. */
  traceHash(): string;
  /** Events of the loop. */
  readonly events: number;
  readonly calls: number;
}

const DEFAULT_CALLS = 50;
const DEFAULT_FAULTS_MS = 60_000;
/** One long poll, the longest back-off and one visibility timeout. */
const DEFAULT_HEAL_MS = 50_000;
/** A queue that was lost is looked for again a minute after it was found to be gone. */
const LOST_QUEUE_HEAL_MS = NAME_BLOCKED_MS + 80_000;
const PROBES_MS = 20_000;
const CLOSE_MS = 120_000;

/**
 * One run of a seed: a minute of calls and faults, then none; probes, which must succeed; then all
 * is closed. What it was like is in the facts; whether it was right, oracles say.
 */
export async function simulateCalls(options: SimulateCallsOptions): Promise<SimulatedRun> {
  const {
    calls = DEFAULT_CALLS,
    faultsMs = DEFAULT_FAULTS_MS,
    healMs = DEFAULT_HEAL_MS,
    seed,
  } = options;
  const simulation = new Simulation({ ...options, rates: options.rates ?? drawRates(seed) });
  const system = typeof options.system === 'function' ? options.system(simulation) : options.system;
  const { broker, plan } = simulation;
  for (const name of system.queues) await broker.service.createQueue({ name });
  const requesters = names('requester', options.requesters ?? 2).map(
    (name) => new RequesterSlot(placeOf(simulation, name, (host) => system.openRequester(host))),
  );
  const responders = names('responder', options.responders ?? 2).map(
    (name) => new ResponderSlot(placeOf(simulation, name, (host) => system.openResponder(host))),
  );
  const all = [...responders, ...requesters];
  // A queue can be used one second after it was made.
  await simulation.runUntil(2000);
  for (const slot of all) slot.fill();

  const fromMs = simulation.nowMs;
  const plans =
    typeof calls !== 'number'
      ? calls
      : drawCallPlans({
          random: simulation.stream('workload'),
          plan,
          calls,
          requesters: requesters.length,
          overMs: faultsMs,
        });
  for (const each of plans) {
    simulation.at(fromMs + each.atMs, () => requesters[each.requester]?.call(each));
  }
  const events = options.events ?? drawEvents(simulation, all, faultsMs);
  const [requestQueue = ''] = system.queues;
  const happenings = new Happenings({ simulation, slots: all, requestQueue });
  for (const event of events) {
    simulation.at(fromMs + event.atMs, () => happenings.happen(event));
  }
  await simulation.runUntil(fromMs + faultsMs);
  simulation.heal();
  const lost = events.find(({ what }) => what.kind === 'loseQueue');
  const backMs = lost === undefined ? 0 : lost.atMs + LOST_QUEUE_HEAL_MS;
  await simulation.runUntil(fromMs + Math.max(faultsMs + healMs, backMs));

  const probes = requesters.map((_, index) => probe(index, simulation.nowMs));
  for (const [index, slot] of requesters.entries()) slot.call(probes[index] ?? probe(index, 0));
  await simulation.runUntil(simulation.nowMs + PROBES_MS);
  for (const slot of all) void slot.close();
  await simulation.runUntil(simulation.nowMs + CLOSE_MS);
  simulation.history.add('service', { kind: 'ended' });
  return {
    seed,
    facts: simulation.history.facts,
    atoms: [...plans.map(({ call }) => `call@${call}`), ...plan.fired],
    possible: plan.possible,
    traceHash: () => simulation.traceHash(),
    events: simulation.loop.fired,
    calls: plans.length + probes.length,
  };
}

function drawEvents(
  simulation: Simulation,
  all: readonly (RequesterSlot | ResponderSlot)[],
  overMs: number,
): readonly SimEvent[] {
  const slots = all.map(({ name }) => name);
  const { plan } = simulation;
  return [
    ...drawProcessEvents({ random: simulation.stream('events'), plan, slots, overMs }),
    ...drawWorldEvents({ random: simulation.stream('world'), plan, slots, overMs }),
  ];
}

function probe(requester: number, atMs: number): CallPlan {
  return {
    call: `probe${requester + 1}`,
    atMs,
    requester,
    procedure: 'act',
    timeoutMs: 15_000,
    work: { kind: 'return', forMs: 0, replyChars: 0 },
    probe: true,
  };
}

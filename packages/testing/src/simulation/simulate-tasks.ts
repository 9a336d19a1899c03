import type { Broker } from './broker.ts';
import { emptyOut, sizeOf } from './census.ts';
import type { FaultRates } from './fault-plan.ts';
import { drawRates } from './fault-rates.ts';
import { Happenings, type SimEvent } from './happenings.ts';
import { names, placeOf } from './places.ts';
import type { SimulatedRun } from './simulate-calls.ts';
import { Simulation, type SimulationOptions } from './simulation.ts';
import { ResponderSlot } from './slots.ts';
import { drawTaskEvents } from './task-events.ts';
import { drawTaskPlans, type TaskPlan } from './task-plan.ts';
import { OtherSlot, ProducerSlot, workerOf } from './task-slots.ts';
import { drawTaskSpan } from './task-span.ts';
import type { TaskSystem, TaskSystemOf } from './task-system.ts';

export interface SimulateTasksOptions extends Omit<SimulationOptions, 'rates' | 'roleOf'> {
  readonly system: TaskSystemOf;
  /** Drawn from the seed unless given: each kind of fault is on in half of the seeds. */
  readonly rates?: FaultRates;
  /** Default 2. */
  readonly producers?: number;
  /** Default 2. */
  readonly workers?: number;
  /** Default 40, drawn from the seed. */
  readonly tasks?: number | readonly TaskPlan[];
  /** What happens to processes and to the service. Default: drawn from the seed. */
  readonly events?: readonly SimEvent[];
  /** How long there are faults, true time. Default: drawn from the seed, three minutes to three hours. */
  readonly faultsMs?: number;
  /** The longest delay of a drawn task. Default: as long as there are faults. */
  readonly maxDelayMs?: number;
}

const DEFAULT_TASKS = 40;
/** One long poll, the longest back-off and one visibility timeout. */
const HEAL_MS = 50_000;
const PROBES_MS = 20_000;
/** How long after the faults, and after the last task was due, the queue may take to be empty: an hour, and one by which a clock was set forward. */
const SETTLE_MS = 7_200_000;
const LOOK_EVERY_MS = 30_000;
const CLOSE_MS = 120_000;

/**
 * One run of a seed: tasks, some of them due in hours, and faults, then none; probes, and time until the
 * queue is empty; then all is closed. What it was like is in the facts; whether it was right, oracles say.
 */
export async function simulateTasks(options: SimulateTasksOptions): Promise<SimulatedRun> {
  const { seed, tasks = DEFAULT_TASKS } = options;
  const simulation = new Simulation({
    ...options,
    rates: options.rates ?? drawRates(seed),
    // Told apart, so that a fault of one is not a fault of the other.
    roleOf: (name) => (name === system.deadLetterQueue ? 'dead' : 'request'),
  });
  const system = typeof options.system === 'function' ? options.system(simulation) : options.system;
  const { broker, history, plan } = simulation;
  const { deadUrl, queueUrl } = await makeQueues(broker, system);
  const producers = names('requester', options.producers ?? 2).map(
    (name) => new ProducerSlot(placeOf(simulation, name, (host) => system.openProducer(host))),
  );
  const workers = names('responder', options.workers ?? 2).map(
    (name) => new ResponderSlot(placeOf(simulation, name, workerOf(system))),
  );
  const others = Object.entries(system.others ?? {}).map(
    ([name, open]) => new OtherSlot(placeOf(simulation, name, open)),
  );
  const all = [...workers, ...producers, ...others];
  // A queue can be used one second after it was made.
  await simulation.runUntil(2000);
  for (const slot of all) slot.fill();

  const fromMs = simulation.nowMs;
  const span = drawTaskSpan(simulation.stream('span'));
  const { faultsMs = span.faultsMs, maxDelayMs = faultsMs } = options;
  const drawn =
    typeof tasks !== 'number'
      ? tasks
      : drawTaskPlans({
          random: simulation.stream('workload'),
          tasks,
          producers: producers.length,
          overMs: span.enqueuedMs,
          maxDelayMs,
          fifo: system.queue.endsWith('.fifo'),
        });
  // What the shrinker has taken out was drawn all the same, and leaves the others as they were.
  const plans =
    typeof tasks === 'number' ? drawn.filter(({ task }) => plan.admits(`task@${task}`)) : drawn;
  for (const together of inBatches(plans)) {
    const [{ atMs, producer }] = together;
    simulation.at(fromMs + atMs, () => producers[producer]?.enqueue(together));
  }
  const slots = all.map(({ name }) => name);
  const events = options.events ?? drawTaskEvents(simulation, { slots, plans: drawn, faultsMs });
  const happenings = new Happenings({ simulation, slots: all, requestQueue: system.queue });
  for (const event of events) {
    simulation.at(fromMs + event.atMs, () => happenings.happen(event));
  }
  await simulation.runUntil(fromMs + faultsMs);
  simulation.heal();
  await simulation.runUntil(fromMs + faultsMs + HEAL_MS);

  const probes = producers.map((_, index) => probe(index, simulation.nowMs - fromMs));
  for (const [index, slot] of producers.entries()) slot.enqueue([probes[index] ?? probe(index, 0)]);
  await simulation.runUntil(simulation.nowMs + PROBES_MS);
  for (const slot of others) void slot.close();
  const dueMs = Math.max(0, ...plans.map(({ atMs, delayMs }) => fromMs + atMs + delayMs));
  const latestMs = Math.max(simulation.nowMs, dueMs) + SETTLE_MS;
  while (simulation.nowMs < latestMs && (await sizeOf(broker, queueUrl)) > 0)
    await simulation.runUntil(simulation.nowMs + LOOK_EVERY_MS);
  for (const slot of all) void slot.close();
  await simulation.runUntil(simulation.nowMs + CLOSE_MS);
  for (const url of [queueUrl, deadUrl]) await emptyOut(broker, url, history);
  history.add('service', { kind: 'ended' });
  return {
    seed,
    facts: history.facts,
    atoms: [...plans.map(({ task }) => `task@${task}`), ...plan.fired],
    possible: plan.possible,
    traceHash: () => simulation.traceHash(),
    events: simulation.loop.fired,
    calls: plans.length + probes.length,
  };
}

interface MadeQueues {
  readonly queueUrl: string;
  readonly deadUrl: string;
}

async function makeQueues(
  { service }: Broker,
  { deadLetterQueue, maxReceiveCount, queue }: TaskSystem,
): Promise<MadeQueues> {
  const fifo = queue.endsWith('.fifo');
  const dead = await service.createQueue({ name: deadLetterQueue, attributes: { fifo } });
  const deadLetterArn = `arn:aws:sqs:memory-1:000000000000:${deadLetterQueue}`;
  const redrive = { deadLetterArn, maxReceiveCount };
  const made = await service.createQueue({ name: queue, attributes: { fifo, redrive } });
  if (dead.kind !== 'ok' || made.kind !== 'ok')
    throw new Error(`The queues cannot be made: ${JSON.stringify([dead, made])}`);
  return { queueUrl: made.queueUrl, deadUrl: dead.queueUrl };
}

/** Those that are handed over together. */
function inBatches(plans: readonly TaskPlan[]): readonly (readonly [TaskPlan, ...TaskPlan[]])[] {
  const batches: [TaskPlan, ...TaskPlan[]][] = [];
  for (const each of plans) {
    const before = batches.at(-1);
    const joins =
      before !== undefined &&
      each.joined &&
      before[0].atMs === each.atMs &&
      before[0].producer === each.producer &&
      before[0].procedure === each.procedure;
    if (joins) before.push(each);
    else batches.push([each]);
  }
  return batches;
}

function probe(producer: number, atMs: number): TaskPlan {
  return {
    task: `probe${producer + 1}`,
    atMs,
    producer,
    procedure: 'work',
    joined: false,
    timeoutMs: 15_000,
    delayMs: 0,
    work: { kind: 'return', forMs: 0, attempts: 1 },
    probe: true,
  };
}

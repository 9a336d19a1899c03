import { judge, simulateCalls, type SimulatedRun, type Violation } from '@replyq/testing';
import { combinations } from './combinations.ts';
import { boundsOf } from './knobs.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { sharedStoreOf } from './shared-store.ts';
import { watchStrays } from './strays.ts';
import { realSystem } from './system.ts';
import { farm } from './thread-farm.ts';

export interface EnumerateResult {
  readonly scenarios: readonly EnumeratedScenario[];
  readonly runs: number;
  readonly violations: number;
  readonly seconds: number;
}

export interface EnumeratedScenario {
  readonly scenario: string;
  /** The single faults of which combinations are made. */
  readonly atoms: number;
  readonly runs: number;
  readonly failures: readonly Combination[];
}

/** Some faults, and what goes wrong when they come together. */
export interface Combination {
  readonly atoms: readonly string[];
  readonly violations: readonly Violation[];
}

export interface EnumerateTask {
  /** Which of the scenarios. */
  readonly scenario: number;
  readonly combinations: readonly (readonly string[])[];
}

export interface EnumerateVerdict {
  readonly runs: number;
  readonly failures: readonly Combination[];
}

/** With an effect or without, told or not told, late or twice, and death at each step. */
const KINDS: ReadonlySet<string> = new Set([
  'serverError',
  'lostAnswer',
  'blackHoleAfter',
  'duplicate',
  'reappear',
  'dies',
]);
/** Only of the first incarnations, and not what repeats for ever. */
const SUBJECT =
  /^(?:requester-1\.1|responder-1\.1)\/(?:[a-zA-Z]+(?::[a-z]+)?(?:\/c\d)?\/[12](?:\.\d+)?|\d|1\d)$/;
const FAULTS_MS = 25_000;
/** The longest back-off, a poll and a visibility timeout of these settings. */
const HEAL_MS = 30_000;
/** Combinations that a thread is given at once. */
const BATCH = 40;
const PROGRESS_MS = 10_000;
const MAX_FAILURES = 20;
const MANY = 3;

export interface EnumerateOptions {
  readonly maxFaults: number;
  readonly workers: number;
  readonly progress: (text: string) => void;
}

export async function enumerate(options: EnumerateOptions): Promise<EnumerateResult> {
  const startedMs = performance.now();
  const scenarios: EnumeratedScenario[] = [];
  for (const index of SCENARIOS.keys()) scenarios.push(await enumerateOne(index, options));
  return {
    scenarios,
    runs: scenarios.reduce((sum, { runs }) => sum + runs, 0),
    violations: scenarios.reduce((sum, { failures }) => sum + failures.length, 0),
    seconds: Math.round((performance.now() - startedMs) / 100) / 10,
  };
}

async function enumerateOne(
  index: number,
  { maxFaults, progress, workers }: EnumerateOptions,
): Promise<EnumeratedScenario> {
  const scenario = SCENARIOS[index] as Scenario;
  const clean = await runScenario(scenario, []);
  const atoms = clean.possible.filter(isChosen);
  const all = combinations(atoms, maxFaults, isPossible);
  let total = 0;
  for (const _ of combinations(atoms, maxFaults, isPossible)) total += 1;
  const failures: Combination[] = [];
  let [runs, toldMs] = [0, performance.now()];
  await farm<EnumerateTask, EnumerateVerdict>({
    worker: new URL('enumerate-worker.ts', import.meta.url),
    workers,
    next: () => {
      const some = failures.length >= MAX_FAILURES ? [] : take(all, BATCH);
      return some.length === 0 ? undefined : { scenario: index, combinations: some };
    },
    onVerdict: (verdict) => {
      runs += verdict.runs;
      failures.push(...verdict.failures);
      if (performance.now() - toldMs < PROGRESS_MS) return;
      toldMs = performance.now();
      progress(`${scenario.name}: ${runs} of ${total} combinations, ${failures.length} failed`);
    },
  });
  return { scenario: scenario.name, atoms: atoms.length, runs, failures };
}

/** Runs some combinations of one scenario: what a thread does. */
export async function judgeCombinations({
  combinations,
  scenario: index,
}: EnumerateTask): Promise<EnumerateVerdict> {
  const scenario = SCENARIOS[index] as Scenario;
  const failures: Combination[] = [];
  for (const atoms of combinations) {
    const { strays, value } = await watchStrays(() => runScenario(scenario, atoms));
    const violations = [...judge(value.facts, boundsOf(scenario.knobs)), ...strays];
    if (violations.length > 0) failures.push({ atoms, violations });
  }
  return { runs: combinations.length, failures };
}

function take<T>(from: Iterator<T>, count: number): readonly T[] {
  const taken: T[] = [];
  for (let next = from.next(); next.done !== true; next = from.next()) {
    taken.push(next.value);
    if (taken.length === count) break;
  }
  return taken;
}

export function runScenario(
  { calls, knobs }: Scenario,
  only: readonly string[],
): Promise<SimulatedRun> {
  return simulateCalls({
    seed: 1,
    only: new Set(only),
    system: (simulation) => realSystem(knobs, sharedStoreOf(simulation, knobs)),
    requesters: 1,
    calls,
    events: [],
    faultsMs: FAULTS_MS,
    healMs: HEAL_MS,
  });
}

/**
 * A process dies once, and an operation fails in one way. From three on, what fails without an
 * effect is left out: with few faults it has shown what it can.
 */
function isPossible(atoms: readonly string[]): boolean {
  if (atoms.length >= MANY && atoms.some((atom) => atom.startsWith('serverError@'))) return false;
  return new Set(atoms.map(placeOf)).size === atoms.length;
}

function placeOf(atom: string): string {
  const [kind = '', subject = ''] = atom.split('@');
  return kind === 'dies' ? `dies ${subject.slice(0, subject.indexOf('/'))}` : subject;
}

function isChosen(atom: string): boolean {
  const at = atom.indexOf('@');
  return KINDS.has(atom.slice(0, at)) && SUBJECT.test(atom.slice(at + 1));
}

import { judge, simulateCalls, type SimulatedRun, type Violation } from '@replyq/testing';
import { combinations } from './combinations.ts';
import { boundsOf } from './knobs.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { sharedStoreOf } from './shared-store.ts';
import { realSystem } from './system.ts';

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
  readonly failures: readonly {
    readonly atoms: readonly string[];
    readonly violations: readonly Violation[];
  }[];
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
  /^(?:requester-1\.1|responder-1\.1)\/(?:[a-zA-Z]+(?::[a-z]+)?\/[12](?:\.\d+)?|\d|1\d)$/;
const FAULTS_MS = 25_000;
const PROGRESS_RUNS = 2000;
const MAX_FAILURES = 20;

export async function enumerate(
  maxFaults: number,
  progress: (text: string) => void,
): Promise<EnumerateResult> {
  const startedMs = performance.now();
  const scenarios: EnumeratedScenario[] = [];
  for (const scenario of SCENARIOS)
    scenarios.push(await enumerateOne(scenario, maxFaults, progress));
  return {
    scenarios,
    runs: scenarios.reduce((sum, { runs }) => sum + runs, 0),
    violations: scenarios.reduce((sum, { failures }) => sum + failures.length, 0),
    seconds: Math.round((performance.now() - startedMs) / 100) / 10,
  };
}

async function enumerateOne(
  scenario: Scenario,
  maxFaults: number,
  progress: (text: string) => void,
): Promise<EnumeratedScenario> {
  const clean = await runScenario(scenario, []);
  const atoms = clean.possible.filter(isChosen);
  const failures: EnumeratedScenario['failures'][number][] = [];
  let runs = 0;
  for (const some of combinations(atoms, maxFaults)) {
    const { facts } = await runScenario(scenario, some);
    runs += 1;
    const violations = judge(facts, boundsOf(scenario.knobs));
    if (violations.length > 0) failures.push({ atoms: some, violations });
    if (runs % PROGRESS_RUNS === 0) {
      progress(
        `${scenario.name}: ${runs} combinations of ${atoms.length} faults, ${failures.length} failed`,
      );
    }
    if (failures.length >= MAX_FAILURES) break;
  }
  return { scenario: scenario.name, atoms: atoms.length, runs, failures };
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
  });
}

function isChosen(atom: string): boolean {
  const at = atom.indexOf('@');
  return KINDS.has(atom.slice(0, at)) && SUBJECT.test(atom.slice(at + 1));
}

import { longestHealthyMs, stoppedMs } from './disturbances.ts';
import type { Evidence, Violation, ViolationKind } from './evidence.ts';
import type { LedgerLine } from './ledger-line.ts';

type CallLine = Extract<LedgerLine, { readonly event: 'call' }>;
type SettledLine = Extract<LedgerLine, { readonly event: 'settled' }>;

/** Of living requesters and of those that were killed. */
export interface CallCounts {
  calls: number;
  settled: Record<string, number>;
  /** Open when their requester was killed. */
  died: number;
  unsettled: number;
  wrongReplies: number;
  lost: number;
}

/**
 * Nothing was wrong for so long on end, and a call was open all the while: then it should have succeeded.
 * A call's request and its reply may each hang for 10 s on a connection that has died before.
 */
const HEALTHY_ENOUGH_MS = 20_000;
/** Beyond the deadline: a busy machine. */
const LATE_MS = 5000;

/** How a call may end under fire. Nobody deletes its queue or writes nonsense. */
const EXPECTED: ReadonlySet<string> = new Set([
  'OK',
  'TIMEOUT',
  'remote TIMEOUT',
  'SEND_UNKNOWN',
  'NOT_SENT',
  'CLOSED',
]);

/** Every call settles once, in time, truly, and with its own reply. */
export function judgeCalls(
  evidence: Evidence,
  ranNonces: ReadonlySet<string>,
): { readonly counts: CallCounts; readonly violations: readonly Violation[] } {
  const counts: CallCounts = {
    calls: 0,
    settled: {},
    died: 0,
    unsettled: 0,
    wrongReplies: 0,
    lost: 0,
  };
  const violations: Violation[] = [];
  for (const [name, lines] of evidence.ledgers) {
    const killed = evidence.past.some(
      (past) => past.name === name && past.ending.kind === 'killed',
    );
    const settled = settledById(lines);
    for (const call of lines) {
      if (call.event !== 'call') continue;
      counts.calls += 1;
      const [settlement, ...more] = settled.get(call.id) ?? [];
      const violate = (kind: ViolationKind, detail: string): void => {
        violations.push({ kind, detail: `${call.id} ${detail}` });
      };
      if (more.length > 0) violate('settledTwice', `settled ${more.length + 1} times`);
      if (settlement === undefined) {
        if (killed) counts.died += 1;
        else {
          counts.unsettled += 1;
          violate('unsettled', `of ${call.timeoutMs} ms has not settled`);
        }
        continue;
      }
      const meant = call.impatient && settlement.kind !== 'OK' ? ', as meant' : '';
      const kind = settlement.kind + meant;
      counts.settled[kind] = (counts.settled[kind] ?? 0) + 1;
      if (settlement.wrong !== undefined) counts.wrongReplies += 1;
      const found = faultsOf(call, settlement, name, evidence, ranNonces);
      if (found.some(([kind]) => kind === 'lost')) counts.lost += 1;
      for (const [kind, detail] of found) violate(kind, detail);
    }
    if (evidence.probes > 0 && isLast(name, evidence)) {
      const good = lines.filter(
        (line) => line.event === 'call' && line.probe && settled.get(line.id)?.[0]?.kind === 'OK',
      );
      if (good.length < evidence.probes) {
        const detail = `${name}: ${good.length} of ${evidence.probes} succeeded`;
        violations.push({ kind: 'probeFailed', detail });
      }
    }
  }
  return { counts, violations };
}

function faultsOf(
  call: CallLine,
  settlement: SettledLine,
  name: string,
  { disturbances }: Evidence,
  ranNonces: ReadonlySet<string>,
): readonly (readonly [ViolationKind, string])[] {
  const { kind, maybeExecuted, wrong } = settlement;
  const found: (readonly [ViolationKind, string])[] = [];
  const tookMs = Math.round(settlement.atMs - call.atMs);
  const about = `${call.procedure} of ${call.timeoutMs} ms: ${kind} after ${tookMs} ms`;
  if (wrong !== undefined) found.push(['wrongReply', `${about}: ${wrong}`]);
  if (!EXPECTED.has(kind)) found.push(['unexpectedKind', about]);
  const failed = kind !== 'OK' && kind !== 'CLOSED' && !call.impatient;
  const healthyMs = longestHealthyMs(disturbances, call.atMs, settlement.atMs);
  if (failed && healthyMs >= HEALTHY_ENOUGH_MS) {
    found.push(['lost', `${about}, ${Math.round(healthyMs)} ms of them in health`]);
  }
  const awakeMs = tookMs - stoppedMs(disturbances, name, call.atMs, settlement.atMs);
  if (awakeMs > call.timeoutMs + LATE_MS) found.push(['late', about]);
  // What another attempt with the same key has run is not this call's.
  if (!maybeExecuted && !call.keyed && ranNonces.has(call.nonce)) {
    found.push(['falselyNotExecuted', about]);
  }
  return found;
}

function settledById(lines: readonly LedgerLine[]): ReadonlyMap<string, readonly SettledLine[]> {
  const settled = new Map<string, SettledLine[]>();
  for (const line of lines) {
    if (line.event !== 'settled') continue;
    const all = settled.get(line.id);
    if (all === undefined) settled.set(line.id, [line]);
    else all.push(line);
  }
  return settled;
}

/** The last life of a requester, which saw the end of the chaos. */
function isLast(name: string, { ledgers }: Evidence): boolean {
  const [place = '', life = '0'] = name.split('.');
  return place.startsWith('requester') && !ledgers.has(`${place}.${Number(life) + 1}`);
}

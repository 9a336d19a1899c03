import { measureByTurns } from '../by-turns.ts';
import type { BenchOptions } from '../options.ts';
import type { Row } from '../row.ts';
import type { SubjectName } from '../settings.ts';
import { rounded } from '../statistics.ts';
import { atLeast, type Findings, type Verdict } from '../verdict.ts';

const CALLERS = 256;
/** All happens in the requester. */
const NO_SERVER = { embedded: true };
/** Of the rate of tRPC's own caller. */
const LEAST_SHARES = new Map<SubjectName, number>([
  ['contract', 0.45],
  ['queueLink', 0.25],
]);

/** One process for each subject, requester and responder in it, measured by turns. */
export async function runMemory(options: BenchOptions): Promise<Findings> {
  const rows: Row[] = [];
  const ratios: Record<string, number> = {};
  const targets: Verdict[] = [];
  for (const callers of options.callers ?? [CALLERS]) {
    const measured = await measureByTurns(options, {
      transport: 'memory',
      server: NO_SERVER,
      subjects: options.subjects,
      callers,
      payloadBytes: options.payloadBytes,
    });
    rows.push(...measured);
    const caller = measured.find(({ subject }) => subject === 'createCaller');
    for (const row of measured) {
      if (caller === undefined || row === caller) continue;
      const name = `rate of ${row.subject} to createCaller at ${callers} callers`;
      const ratio = row.callsPerSecond / caller.callsPerSecond;
      ratios[name] = rounded(ratio, 3);
      const least = LEAST_SHARES.get(row.subject as SubjectName);
      if (least !== undefined && callers === CALLERS) targets.push(atLeast(name, ratio, least));
    }
  }
  return { rows, ratios, targets };
}

import { measureByTurns } from '../by-turns.ts';
import type { BenchOptions } from '../options.ts';
import type { Row } from '../row.ts';
import { serverOf } from '../servers.ts';
import type { SubjectName } from '../settings.ts';
import { rounded } from '../statistics.ts';
import type { Findings } from '../verdict.ts';

const CALLERS = [1, 4, 16, 64, 256, 1024, 4096, 10_000];
/** Beyond this, calls written by hand would wait for longer than they are measured. */
const MOST_BY_HAND = 1024;
const REQUESTERS = [1, 2, 4, 8];
const CALLERS_PER_REQUESTER = 256;
const PAYLOADS = [100, 400, 2_000, 10_000, 50_000, 200_000];
const CALLERS_OF_PAYLOADS = 64;

/** More callers, then more requesters on one responder, then more bytes. */
export async function runScaling(options: BenchOptions): Promise<Findings> {
  const server = await serverOf(options);
  const measure = (
    subjects: readonly SubjectName[],
    callers: number,
    { payloadBytes = options.payloadBytes, requesters = 1 } = {},
  ): Promise<readonly Row[]> =>
    measureByTurns(options, {
      transport: 'sqs',
      server,
      subjects,
      callers,
      payloadBytes,
      requesters,
    });
  const rows: Row[] = [];
  for (const callers of options.callers ?? CALLERS) {
    const fits = (name: SubjectName): boolean =>
      name === 'replyq' || (name === 'by-hand' && callers <= MOST_BY_HAND);
    rows.push(...(await measure(options.subjects.filter(fits), callers)));
  }
  const ratios: Record<string, number> = {};
  const one = rows.find((row) => row.callers === CALLERS_PER_REQUESTER && row.subject === 'replyq');
  for (const requesters of REQUESTERS.filter((count) => count > 1)) {
    const [row] = await measure(['replyq'], CALLERS_PER_REQUESTER, { requesters });
    if (row === undefined) continue;
    rows.push(row);
    if (one === undefined) continue;
    ratios[`calls per second of ${requesters} requesters to one`] = rounded(
      row.callsPerSecond / one.callsPerSecond,
      2,
    );
  }
  for (const payloadBytes of PAYLOADS) {
    rows.push(...(await measure(['replyq'], CALLERS_OF_PAYLOADS, { payloadBytes })));
  }
  return { rows, ratios, targets: [] };
}

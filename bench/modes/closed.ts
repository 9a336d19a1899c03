import { measureByTurns } from '../by-turns.ts';
import type { BenchOptions } from '../options.ts';
import type { Row } from '../row.ts';
import { serverOf } from '../servers.ts';
import { judgeClosed } from '../targets.ts';
import type { Findings } from '../verdict.ts';

const CALLERS = [1, 64, 256, 1024];

/** Closed loops over SQS: replyq, by hand and the floor by turns. */
export async function runClosed(options: BenchOptions): Promise<Findings> {
  const { payloadBytes } = options;
  const server = await serverOf(options);
  const rows: Row[] = [];
  for (const callers of options.callers ?? CALLERS) {
    // The floor is one call at a time.
    const subjects = options.subjects.filter((name) => name !== 'floor' || callers === 1);
    rows.push(
      ...(await measureByTurns(options, {
        transport: 'sqs',
        server,
        subjects,
        callers,
        payloadBytes,
      })),
    );
  }
  return { rows, ...judgeClosed(rows, options) };
}

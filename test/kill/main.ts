/**
 * Real processes over the local server, killed at random, and judged by what they have written down.
 *
 *   options.ts, help.ts   the command line
 *   run.ts                one run: begin, chaos, heal, close, judge
 *   chaos-plan.ts         what is done when, by the seed; chaos.ts does it, disturbances.ts keeps when
 *   crew.ts, child.ts     the processes and their lives; roles/ what they are, starter.ts their side
 *   server.ts             the local server, which restarts; proxy.ts, pipe.ts the way to it
 *   workload.ts           what requesters call; contract.ts, settings.ts, open-transport.ts
 *   logged-store.ts       what the durable reply store has said; stores.ts
 *   ledger.ts             one file a process, a line an event; ledger-line.ts
 *   judge.ts              the ledgers → a verdict: judge-calls.ts, judge-runs.ts, judge-overlaps.ts
 *   evidence.ts           what it judges by, and what it may find; claimed-runs.ts, leftovers.ts
 *   report.ts             the verdict for people
 *
 * This file owns the directory, the output and the exit code.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../bench/options.ts';
import { progress } from '../../bench/progress.ts';
import { killAll } from './child.ts';
import { HELP } from './help.ts';
import { parseOptions, type KillOptions } from './options.ts';
import { formatVerdict } from './report.ts';
import { run } from './run.ts';

const INTERRUPTED = 130;

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') console.log(HELP);
  else await kill(options);
} catch (error) {
  // Whoever interrupts knows why nothing came of it.
  if (process.exitCode !== INTERRUPTED)
    console.error(error instanceof UsageError ? `${error.message} (--help says more.)` : error);
  process.exitCode ??= 1;
}

async function kill(options: KillOptions): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'replyq-kill-'));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      process.exitCode = INTERRUPTED;
      void killAll()
        .then(remove)
        .finally(() => process.exit(INTERRUPTED));
    });
  }
  let good = false;
  try {
    good = await killIn(directory, options);
  } finally {
    if (good) await remove();
    else if (process.exitCode !== INTERRUPTED) {
      progress(`What each process has told is kept in ${directory}.`);
      process.exitCode = 1;
    }
  }
}

/** True: nothing was violated. */
async function killIn(directory: string, options: KillOptions): Promise<boolean> {
  const { json, minutes, seed } = options;
  const beganMs = performance.now();
  const say = (text: string): void => {
    progress(`${((performance.now() - beganMs) / 1000).toFixed(1).padStart(7)} s  ${text}`);
  };
  const chaos = { lastsMs: minutes * 60_000 };
  const store = options.store ? 'sqlite' : 'none';
  const verdict = await run({ ...options, store, slowWork: true, chaos, directory, say });
  console.log(
    json ? JSON.stringify({ minutes, seed, ...verdict }, null, 2) : formatVerdict(verdict, options),
  );
  return verdict.violations.length === 0;
}

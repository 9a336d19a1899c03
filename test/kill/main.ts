/**
 * Real processes over the local server, killed at random, and judged by what they have written down.
 *
 *   options.ts, help.ts   the command line; option-values.ts
 *   program.ts            owns the directory, the output and the exit code
 *   run.ts                one run: begin, chaos, heal, close, judge
 *   chaos-plan.ts         what is done when, by the seed; chaos.ts does it, disturbances.ts keeps when
 *   crew.ts, child.ts     the processes and their lives; roles/ what they are, starter.ts their side
 *   server.ts             the local server, which restarts; proxy.ts, pipe.ts the way to it
 *   workload.ts           what requesters call; contract.ts, settings.ts, open-transport.ts
 *   logged-store.ts       what the durable reply store has said; stores.ts
 *   ledger.ts             one file a process, a line an event; ledger-line.ts
 *   judge.ts              the ledgers → a verdict: judge-calls.ts, judge-runs.ts, judge-store.ts, judge-overlaps.ts
 *   evidence.ts           what it judges by, and what it may find; claimed-runs.ts, leftovers.ts
 *   report.ts             the verdict for people
 */
import { HELP } from './help.ts';
import { parseOptions } from './options.ts';
import { runProgram } from './program.ts';
import { formatVerdict } from './report.ts';
import { run } from './run.ts';

await runProgram({
  prefix: 'replyq-kill-',
  help: HELP,
  parseOptions,
  run(options, directory, say) {
    const chaos = { lastsMs: options.minutes * 60_000 };
    const store = options.store ? 'sqlite' : 'none';
    return run({ ...options, store, slowWork: true, chaos, directory, say });
  },
  describe: ({ minutes, seed }) => ({ minutes, seed }),
  format: formatVerdict,
});

/**
 * Tasks that are worked by real processes which are killed at random, judged by what all have written down.
 *
 *   options.ts, help.ts   the command line
 *   run.ts                one run: enqueue and work under fire, heal, close, judge
 *   worker-chaos.ts       what is done to the processes
 *   roles/, producing.ts  what they do; errand-plan.ts what is enqueued; contract.ts, settings.ts, open-transport.ts
 *   ledger-line.ts        what they write down
 *   judge.ts              the ledgers → a verdict: judge-tasks.ts, judge-dead.ts, repeats.ts, and test/kill's judge of stores
 *   evidence.ts           what it judges by, and what it may find; task-runs.ts, asked-tasks.ts, dead-task.ts
 *   report.ts             the verdict for people
 *
 * Processes, ledgers and the program round it all are test/kill's.
 */
import { runProgram } from '../kill/program.ts';
import { HELP } from './help.ts';
import { parseOptions } from './options.ts';
import { formatVerdict } from './report.ts';
import { run } from './run.ts';

/** Slow enough for many kills, fast enough for full workers. */
const TASKS_PER_SECOND = 200;

await runProgram({
  prefix: 'replyq-task-kill-',
  help: HELP,
  parseOptions,
  run: (options, directory, say) =>
    run({ ...options, tasksPerSecond: TASKS_PER_SECOND, directory, say }),
  describe: ({ killEveryMs, producers, seed, tasks, workers }) => ({
    tasks,
    producers,
    workers,
    seed,
    killEveryMs,
  }),
  format: formatVerdict,
});

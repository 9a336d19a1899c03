/**
 * Dead letters that are redriven by a process which is killed in the middle, and begun again.
 *
 *   options.ts, help.ts  the command line
 *   run.ts               fills, kills, counts
 *   redriver.ts          the process that is killed
 *   verdict.ts           what may be, and how it is told
 */
import { createSeededRandom } from '@replyq/testing';
import { UsageError } from '../../bench/options.ts';
import { progress } from '../../bench/progress.ts';
import { HELP } from './help.ts';
import { parseOptions, type RedriveKillProgramOptions } from './options.ts';
import { runRedriveKill } from './run.ts';
import { formatVerdict, verdictOf } from './verdict.ts';

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') console.log(HELP);
  else await redrive(options);
} catch (error) {
  console.error(error instanceof UsageError ? `${error.message} (--help says more.)` : error);
  process.exitCode = 1;
}

async function redrive({ json, kills, letters, seed }: RedriveKillProgramOptions): Promise<void> {
  const random = createSeededRandom(seed, 'redrive');
  const verdict = verdictOf(await runRedriveKill({ letters, kills, random, say: progress }));
  console.log(json ? JSON.stringify({ seed, ...verdict }, null, 2) : formatVerdict(verdict, seed));
  if (!verdict.good) process.exitCode = 1;
}

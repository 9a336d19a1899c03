/**
 * What a requester and a responder leave behind after minutes of calls, most of which go well.
 *
 *   options.ts, help.ts    the command line
 *   soak-run.ts            the transports by turns; phase.ts one of them, trial.ts what is done with it
 *   stage.ts               a window: load, churn, quiet, a reading
 *   world.ts               the transport, with what watches it: counting-runtime.ts, ledger.ts,
 *                          and faulty-service.ts, which fails
 *   fleet.ts               requesters (caller.ts) and responders (services.ts), replaced now and then
 *   load.ts, call-mix.ts   the calls and their books; planted.ts what is made to leak
 *   live-objects.ts        objects by class; memory-reading.ts bytes; process-watch.ts the process
 *   slope.ts, verdict.ts   what the readings say; findings.ts, report.ts what is told
 *
 * This file owns the output and the exit code.
 */
import { closeChildren } from '../../bench/child.ts';
import { HELP } from './help.ts';
import { parseOptions, UsageError, type SoakOptions } from './options.ts';
import { formatFindings } from './report.ts';
import { runSoak } from './soak-run.ts';

const INTERRUPTED = 130;

process.once('SIGINT', () => {
  void closeChildren().then(() => process.exit(INTERRUPTED));
});
// Touched once, they are there for good.
process.stdout.write('');
process.stderr.write('');

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') console.log(HELP);
  else await run(options);
} catch (error) {
  await closeChildren();
  console.error(error instanceof UsageError ? `${error.message} (--help says more.)` : error);
  process.exitCode = 1;
}

async function run(options: SoakOptions): Promise<void> {
  const findings = await runSoak(options);
  console.log(options.json ? JSON.stringify(findings, null, 2) : formatFindings(findings));
  if (findings.violations.length > 0) process.exitCode = 1;
}

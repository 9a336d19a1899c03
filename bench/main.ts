/**
 * What a call costs, over SQS and in memory, beside what people write by hand.
 *
 *   options.ts, help.ts   the command line
 *   modes/                what is measured, one file each
 *   subject-run.ts        the processes of one subject, and one measurement of it
 *   task-run.ts           the same of tasks; task-row.ts, task-targets.ts and task-cells.ts show them
 *   child.ts, commands.ts how this process asks the others; roles/ what they are
 *   subjects/             what is measured: replyq, by hand, the SDK's floor, tRPC in process
 *   row.ts                samples → medians; targets.ts judges, report.ts, markdown.ts and plot.ts show
 *
 * This file owns the order of things, the output and the exit code.
 */
import { cpus } from 'node:os';
import { closeChildren } from './child.ts';
import { HELP } from './help.ts';
import { formatMarkdown } from './markdown.ts';
import { modes } from './modes/modes.ts';
import { parseOptions, UsageError, type BenchOptions } from './options.ts';
import { plot } from './plot.ts';
import { formatFindings } from './report.ts';
import type { Findings } from './verdict.ts';

const REFUSED = 3;
const INTERRUPTED = 130;

process.once('SIGINT', () => {
  void closeChildren().then(() => process.exit(INTERRUPTED));
});

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') console.log(HELP);
  else await run(options);
} catch (error) {
  await closeChildren();
  console.error(error instanceof UsageError ? `${error.message} (--help says more.)` : error);
  process.exitCode = 1;
}

async function run(options: BenchOptions): Promise<void> {
  const findings = await modes[options.mode](options);
  if (options.plot !== undefined) await plot(findings.rows, options.plot);
  console.log(formatted(findings, options.format));
  if (findings.refused !== undefined) process.exitCode = REFUSED;
}

function formatted(findings: Findings, format: BenchOptions['format']): string {
  const machine = { node: process.versions.node, cpus: cpus().length };
  switch (format) {
    case 'json':
      return JSON.stringify({ ...findings, machine }, null, 2);
    case 'markdown':
      return formatMarkdown(findings);
    case 'table':
      return `${formatFindings(findings)}\n\nNode ${machine.node}, ${machine.cpus} CPUs`;
  }
}

/**
 * One transport, and what is left of it in this process:
 *
 *   trial.ts    all that is done with it, from opening to closing
 *   stage.ts    one window: load, churn, quiet, a reading
 *   verdict.ts  what the readings say
 *
 * This file compares what was before with what is after.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerAddress } from '../../bench/settings.ts';
import { increases } from './counts.ts';
import type { PhaseFindings } from './findings.ts';
import { countObjects, surplus } from './live-objects.ts';
import type { SoakOptions, TransportName } from './options.ts';
import { activeResources, openFiles, type ProcessWatch } from './process-watch.ts';
import { runTrial } from './trial.ts';

const NOBODY = { requesters: 0, responders: 0 };
/** In which destroyed sockets are let go. */
const LET_GO_MS = 50;
/** What is found in each window is found often. */
const MOST_TOLD = 30;

export async function soakOn(
  transport: TransportName,
  server: ServerAddress | undefined,
  watch: ProcessWatch,
  options: SoakOptions,
): Promise<PhaseFindings> {
  const before = activeResources();
  const filesBefore = openFiles();
  const trial = await runTrial(transport, server, options);
  await sleep(LET_GO_MS);
  const after = activeResources();
  const filesAfter = openFiles();
  const left = [
    ...surplus(countObjects(), trial.counts, NOBODY),
    ...increases(before, after),
    ...((filesAfter ?? 0) <= (filesBefore ?? 0)
      ? []
      : [`open files: ${filesBefore} → ${filesAfter}`]),
  ];
  const violations = [
    ...trial.violations,
    ...left.map((text) => `after all is closed: ${text}`),
    ...watch.take(),
  ];
  return {
    transport,
    ...trial,
    handles: { before, after, filesBefore, filesAfter },
    violations: [...new Set(violations)].slice(0, MOST_TOLD),
  };
}

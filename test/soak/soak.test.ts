// The soak works: a short run, whose slope nobody judges.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { Findings } from './findings.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const SHORT = '--minutes 0.05 --transport memory --window 1000 --json'.split(' ');

interface Ended {
  readonly code?: number;
  readonly stdout: string;
}

/** It takes 15 s; not to be judged by what else the machine does. */
const WITHIN_MS = 180_000;

test(
  'a short run leaves nothing of a call behind, and sees what was planted',
  async () => {
    const { code = 0, stdout }: Ended = await promisify(execFile)(process.execPath, [
      MAIN,
      ...SHORT,
    ]).catch((failed: Ended) => failed);
    const { phases, violations } = JSON.parse(stdout) as Findings;
    expect(violations).toEqual([]);
    expect(code).toBe(0);
    const [phase] = phases;
    expect(phase).toMatchObject({
      transport: 'memory',
      slopeJudged: false,
      counts: {
        OpenCall: 0,
        PendingCall: 0,
        RequestFrame: 0,
        Ticket: 0,
        OpenRun: 0,
        ServedCall: 0,
      },
      timers: { afterClose: 0 },
      pending: 0,
      listeners: 0,
    });
    expect(phase?.planted).toMatchObject([
      { flagged: true, by: ['count'], judged: true },
      { flagged: false, judged: false },
    ]);
    // Of each kind in the mix there were some.
    const kinds = ['OK', 'declared', 'INTERNAL_SERVER_ERROR', 'TIMEOUT', 'CANCELLED', 'CLOSED'];
    expect(Object.keys(phase?.settled ?? {})).toEqual(expect.arrayContaining(kinds));
  },
  WITHIN_MS,
);

// The example as a stranger runs it: a producer, two workers at a time, a mail server, a queue server.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTerminal } from '../../examples/tasks/run/terminal.ts';

const PROGRAM = fileURLToPath(new URL('../../examples/tasks/start.ts', import.meta.url));
/** It takes some 12 s of CPU time, and gives itself up when nothing happens for 30 s. */
const PATIENCE_MS = 120_000;

interface Ended {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

let temporary = '';

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'replyq-test-'));
});

afterAll(() => rm(temporary, { recursive: true, force: true }));

function run(...args: readonly string[]): Promise<Ended> {
  const env = { ...process.env, TMPDIR: temporary, TEMP: temporary };
  return new Promise((resolve) => {
    const options = { env, timeout: PATIENCE_MS };
    execFile(process.execPath, [PROGRAM, ...args], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? 'killed'), stdout, stderr }),
    );
  });
}

test(
  'all tasks are done, the poison after its redrive, and nothing is left but the folder',
  async () => {
    const { code, stderr, stdout } = await run();
    expect(stdout).not.toMatch(/^ *NOT /m);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const part of ['retry', 'delay', 'dead letters', 'redrive', 'report', 'messages']) {
      expect(stdout).toMatch(new RegExp(`^ *ok {3}${part}:`, 'm'));
    }
    expect(stdout).toMatch(/^dead letter sendEmail \{"to":"plato@example\.org"/m);
    const [folder = ''] = await readdir(temporary);
    expect(stdout).toContain(`folder      ${join(temporary, folder)}\n`);
    const files = await readdir(join(temporary, folder));
    expect(files.filter((file) => file.endsWith('.webp'))).toHaveLength(30);
    expect(files).toEqual(expect.arrayContaining(['report.svg', 'report-screen.png']));
    // The database's own files say whether somebody still has it open.
    expect(files.filter((file) => file.startsWith('office.db'))).toEqual(['office.db']);
    const processes = [...stdout.matchAll(/processes (\d+) and (\d+) run version/g)];
    const ids = processes.flatMap(([, first, second]) => [Number(first), Number(second)]);
    expect(ids).toHaveLength(4);
    for (const id of ids) expect(() => process.kill(id, 0)).toThrow('ESRCH');
  },
  PATIENCE_MS,
);

test('without a server it says so, and makes nothing', async () => {
  const before = await readdir(temporary);
  const { code, stderr } = await run('--endpoint', 'http://127.0.0.1:9');
  expect(code).toBe(1);
  expect(stderr).toContain('The server refuses, or is not there');
  expect(await readdir(temporary)).toEqual(before);
});

test('in a terminal a bar stays below what is said meanwhile', () => {
  const written: string[] = [];
  const terminal = createTerminal({ isTTY: true, write: (text: string) => written.push(text) });
  const bar = terminal.bar('images');
  bar.show(1, 2);
  terminal.say('retry', 'a mail');
  bar.show(2, 2);
  bar.end();
  terminal.say('done', 'all');
  const half = `images      [${'#'.repeat(16)}${'-'.repeat(16)}] 1/2`;
  expect(written.join('').split('\r\u001b[K')).toEqual([
    '',
    half,
    `retry       a mail\n${half}`,
    `images      [${'#'.repeat(32)}] 2/2\ndone        all\n`,
  ]);
});

test('elsewhere a bar is a line for each quarter', () => {
  const written: string[] = [];
  const terminal = createTerminal({ write: (text: string) => written.push(text) });
  const bar = terminal.bar('images');
  for (let done = 0; done <= 8; done += 1) bar.show(done, 8);
  bar.end();
  expect(written).toEqual([0, 2, 4, 6, 8].map((done) => `images      ${done} of 8\n`));
});

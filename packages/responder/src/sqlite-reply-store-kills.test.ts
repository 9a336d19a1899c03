// Processes that share a reply store die at any moment, without a word.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { sqliteReplyStore } from './sqlite.ts';
import { claimOf } from './testing/reply-store-cases.ts';

const USER = fileURLToPath(new URL('testing/store-user.ts', import.meta.url));
const USERS = 3;
const KILLS = 6;

let directory: string;
let file: string;
let log: string;
let users: Set<ChildProcess>;
/** Last words of those that were not killed. */
let died: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'replyq-'));
  file = join(directory, 'replies.db');
  log = join(directory, 'log');
  writeFileSync(log, '');
  users = new Set();
  died = [];
});

afterEach(async () => {
  await Promise.all([...users].map(kill));
  rmSync(directory, { recursive: true });
});

function start(): ChildProcess {
  const user = fork(USER, [file, log], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
  });
  let said = '';
  user.stderr?.on('data', (data: Buffer) => (said += data.toString()));
  user.once('exit', () => {
    if (users.delete(user)) died.push(said);
  });
  users.add(user);
  return user;
}

async function kill(user: ChildProcess): Promise<void> {
  if (!users.delete(user)) return;
  const ended = once(user, 'exit');
  user.kill('SIGKILL');
  await ended;
}

/** Resolves when it says something, or dies by itself. */
function heard(user: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    user.once('message', () => resolve());
    user.once('exit', () => resolve());
  });
}

/** By key: the bodies that were said to be recorded, and those that were answered from the store. */
function logged(): Map<string, { recorded: string[]; stored: Set<string> }> {
  const found = new Map<string, { recorded: string[]; stored: Set<string> }>();
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const [kind, key, body] = line.split('|');
    if (key === undefined || body === undefined) continue;
    const entry = found.get(key) ?? { recorded: [], stored: new Set() };
    found.set(key, entry);
    if (kind === 'recorded') entry.recorded.push(body);
    else entry.stored.add(body);
  }
  return found;
}

test('processes that open a file which is not there yet make it once, together', async () => {
  await Promise.all(Array.from({ length: 5 }, () => heard(start())));
  expect(died).toEqual([]);
});

test('S1 holds, and the file stays whole, whenever its users are killed', async () => {
  for (let n = 0; n < USERS; n += 1) await heard(start());
  for (let kills = 0; kills < KILLS; kills += 1) {
    const [victim] = users;
    if (victim === undefined) break;
    await heard(victim);
    await kill(victim);
    // Every third is not given the time to open the file.
    const next = start();
    if (kills % 3 === 0) await kill(next);
    if (kills % 3 === 0) start();
  }
  await Promise.all([...users].map((user) => heard(user)));
  await Promise.all([...users].map(kill));
  expect(died).toEqual([]);
  const found = logged();
  const several = [...found].filter(
    ([, { recorded, stored }]) => recorded.length > 1 || stored.size > 1,
  );
  const other = [...found].filter(
    ([, { recorded, stored }]) =>
      recorded.length + stored.size === 2 && !stored.has(recorded[0] ?? ''),
  );
  expect([several, other]).toEqual([[], []]);
  const shared = [...found.values()].filter(({ stored }) => stored.size > 0);
  // On a busy host there are few, but without any nothing was put to the test.
  expect(shared.length).toBeGreaterThan(2);
  const database = new DatabaseSync(file);
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  database.close();
  // What was said to be recorded is there; what was not is free once its lease is over.
  using store = sqliteReplyStore({ file });
  for (const [key, { recorded }] of found) {
    const body = recorded[0];
    if (body === undefined)
      await vi.waitFor(async () =>
        expect((await store.claim(claimOf(key))).kind).toMatch(/^(run|stored)$/),
      );
    else expect(await store.claim(claimOf(key))).toMatchObject({ reply: { body } });
  }
});

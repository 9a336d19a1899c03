// Files that cannot be the reply store, and what is said of them.
import { chmodSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sqliteReplyStore, type SqliteReplyStore } from './sqlite.ts';
import { claimOf } from './testing/reply-store-cases.ts';

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'replyq-'));
  file = join(directory, 'replies.db');
});

afterEach(() => rmSync(directory, { recursive: true }));

function open(options: object = {}): SqliteReplyStore {
  return sqliteReplyStore({ file, ...options });
}

describe('a file that cannot be the store', () => {
  test('is refused where its directory does not exist', () => {
    expect(() => open({ file: join(directory, 'no', 'replies.db') })).toThrow(
      /replies.db" does not work: it cannot be opened; its directory must exist/,
    );
  });

  test('is refused and left as it is where it is something else', () => {
    const text = 'not a database, but long enough to be read as one. '.repeat(40);
    writeFileSync(file, text);
    expect(() => open()).toThrow('it is not a SQLite database');
    expect(statSync(file).size).toBe(text.length);
  });

  test('is refused and left as it is where it is another program’s database', () => {
    const other = new DatabaseSync(file);
    other.exec('CREATE TABLE orders (id INTEGER)');
    expect(() => open()).toThrow('it is the database of another program');
    other.close();
    const again = new DatabaseSync(file);
    const mode = again.prepare('PRAGMA journal_mode').get();
    again.close();
    expect(mode).toEqual({ journal_mode: 'delete' });
  });

  test('is refused where another version has written it', () => {
    open().close();
    const other = new DatabaseSync(file);
    other.exec('PRAGMA user_version = 2');
    other.close();
    expect(() => open()).toThrow('its version is 2, and this replyq knows 1');
  });

  test('is refused where it is a symbolic link, also to nothing yet', () => {
    symlinkSync(join(directory, 'elsewhere'), file);
    expect(() => open()).toThrow('it is a symbolic link');
    expect(() => statSync(join(directory, 'elsewhere'))).toThrow('ENOENT');
  });

  test.each(['', ':memory:', 'file:replies.db?mode=memory'])(
    'is refused where its name is "%s"',
    (name) => {
      expect(() => open({ file: name })).toThrow('expected the path of a file');
    },
  );
});

test.each([
  [{ maxBytes: 1000 }, 'maxBytes is 1000'],
  [{ retentionMs: 0 }, 'retentionMs is 0'],
])('%o is refused with its bounds, and no file is made', (options, message) => {
  expect(() => open(options)).toThrow(message);
  expect(() => statSync(file)).toThrow('ENOENT');
});

describe('who may read the replies', () => {
  const modes = (): string[] =>
    ['', '-wal', '-shm'].map((end) => (statSync(file + end).mode & 0o777).toString(8));

  test('is the owner of the file alone, also where the umask allows more', async () => {
    using store = open();
    await store.claim(claimOf('a'));
    expect(modes()).toEqual(['600', '600', '600']);
  });

  test('is who could before, in a file that was there', async () => {
    writeFileSync(file, '');
    chmodSync(file, 0o640);
    using store = open();
    await store.claim(claimOf('a'));
    expect(modes()).toEqual(['640', '640', '640']);
  });
});

test('a Node without SQLite is told so', () => {
  const without = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
  expect(() => open()).toThrow(/needs node:sqlite.*22\.13/);
  without.mockRestore();
});

import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ReplyStore } from '@replyq/responder';
import { countEvents, Ledger, readLedgers } from './ledger.ts';
import { loggedStore } from './logged-store.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ledger-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

test('a line that a kill has cut short is left out, and those before it are kept', async () => {
  const ledger = new Ledger(directory, 'responder-0.0');
  ledger.tell({ event: 'runStarted', nonce: 'a', callId: '1' });
  ledger.tell({ event: 'runEnded', nonce: 'a', callId: '1' });
  ledger.close();
  await appendFile(join(directory, 'responder-0.0.jsonl'), '{"atMs":1,"eve');
  const lines = readLedgers(directory).get('responder-0.0');
  expect(lines?.map(({ event }) => event)).toEqual(['runStarted', 'runEnded']);
  expect(countEvents(directory, 'runStarted', 'call')).toBe('1 runStarted, 0 call');
});

test('the store is told of when it has said so, and only of what it remembers', async () => {
  const claims = [
    { kind: 'run', token: 't' },
    { kind: 'run', token: '' },
    { kind: 'stored', reply: { kind: 'result', content: 'json', body: '1' } },
    { kind: 'run', token: 'lost' },
  ] as const;
  let next = 0;
  const inner: ReplyStore = {
    claim: () => claims[next++] ?? { kind: 'busy', retryInMs: 1 },
    renew: () => true,
    record: (token) => token !== 'lost',
    abandon: () => undefined,
  };
  const ledger = new Ledger(directory, 'responder-0.0');
  const store = loggedStore(inner, ledger);
  const request = { payloadHash: undefined, leaseMs: 1, repeatsForMs: 1, idempotent: false };
  for (const key of ['a', 'b', 'c', 'd']) await store.claim({ key, ...request });
  const reply = { kind: 'result', content: 'json', body: '1' } as const;
  for (const token of ['t', 'lost', '']) await store.record(token, reply);
  ledger.close();
  const told = readLedgers(directory)
    .get('responder-0.0')
    ?.map((line) => {
      return 'key' in line ? `${line.event} ${line.key}` : line.event;
    });
  expect(told).toEqual(['claimed a', 'claimed d', 'recorded a']);
});

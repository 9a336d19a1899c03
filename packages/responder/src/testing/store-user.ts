// A process that uses a SQLite reply store until it is killed: claims keys that others claim, too, and
// writes down what came of it. Started by sqlite-reply-store-kills.test.ts.
import { appendFileSync } from 'node:fs';
import { sleep, systemRuntime } from '@replyq/contract/transport';
import { sqliteReplyStore } from '../sqlite.ts';

const [file = '', log = ''] = process.argv.slice(2);
const LEASE_MS = 100;
const store = sqliteReplyStore({ file });
process.send?.('opened');

/** Goes up slowly, so that several processes want the same keys at the same time. */
async function use(n: number): Promise<void> {
  const key = `key ${Math.floor(systemRuntime.nowMs() / 300)} ${n % 7}`;
  const request = { key, leaseMs: LEASE_MS, repeatsForMs: 60_000, idempotent: false };
  const claim = await store.claim({ ...request, payloadHash: undefined });
  if (claim.kind === 'stored') appendFileSync(log, `stored|${key}|${claim.reply.body}\n`);
  if (claim.kind !== 'run') return;
  const body = `${process.pid}.${n}`;
  // Some end only after their lease, when others have the key.
  await sleep(systemRuntime, n % 3 === 0 ? 2 * LEASE_MS : n % 3, { keepAlive: true });
  const recorded = await store.record(claim.token, { kind: 'result', content: 'json', body });
  if (recorded) appendFileSync(log, `recorded|${key}|${body}\n`);
  if (recorded && n % 8 === 0) process.send?.('recorded');
}

for (let n = 0; ; n += 4) {
  await Promise.all([0, 1, 2, 3].map((more) => use(n + more)));
}

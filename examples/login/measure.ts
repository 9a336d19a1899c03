import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientOf } from '@replyq/contract';
import type { CallOptions } from '@replyq/requester';
import type { ApiRequestCounter } from './api-requests.ts';
import type { auth } from './contract.ts';
import { tellStarter } from './starter.ts';

const ONE_BY_ONE = 50;
const AT_ONCE = 200;
/** Longer than a delete waits for company: the requests of these calls are made by then. */
const SETTLE_MS = 350;
/** For the responder to be asked for its count before it makes more requests. */
const COUNT_MS = 50;

type Client = ClientOf<typeof auth, CallOptions>;

/** Logs in many times: one call after the other, then all at once. */
export async function measure(client: Client, requests: ApiRequestCounter): Promise<void> {
  const mark = async (calls: number): Promise<void> => {
    await sleep(SETTLE_MS);
    await tellStarter({ kind: 'mark', calls, requests: requests.total() });
    await sleep(COUNT_MS);
  };

  // Not measured: fresh processes are slow, which says little about queues.
  await loginAtOnce(client);
  await mark(0);
  const sequential: number[] = [];
  for (let i = 0; i < ONE_BY_ONE; i += 1) sequential.push(await timeLogin(client));
  console.log(`\n${ONE_BY_ONE} logins one after the other: ${latency(sequential)}`);
  await mark(ONE_BY_ONE);

  const all = await loginAtOnce(client);
  console.log(`${AT_ONCE} logins at once, each answer with its caller's nonce: ${latency(all)}`);
  await mark(AT_ONCE);
}

function loginAtOnce(client: Client): Promise<number[]> {
  return Promise.all(Array.from({ length: AT_ONCE }, () => timeLogin(client)));
}

/** One login whose answer is checked; how long it took in milliseconds. */
async function timeLogin(client: Client): Promise<number> {
  const nonce = randomUUID();
  const startedMs = performance.now();
  const session = await client.login({ user: 'ann', password: 'correct horse', nonce });
  const elapsedMs = performance.now() - startedMs;
  assert.equal(session.nonce, nonce, "somebody else's answer");
  return elapsedMs;
}

function latency(timesMs: readonly number[]): string {
  const sorted = timesMs.toSorted((a, b) => a - b);
  const percentile = (p: number): string => {
    const value = sorted[Math.ceil((p / 100) * sorted.length) - 1] ?? NaN;
    return `p${p} ${value.toFixed(1)} ms`;
  };
  return `${percentile(50)}, ${percentile(99)}`;
}

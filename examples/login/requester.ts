import assert from 'node:assert/strict';
import { isDeclared, safe, type RpcError } from '@replyq/contract';
import { createRequester } from '@replyq/requester';
import { sqsTransport } from '@replyq/sqs';
import { ApiRequestCounter } from './api-requests.ts';
import { auth } from './contract.ts';
import { measure } from './measure.ts';
import { leaveStarter, stopSignal, tellStarter } from './starter.ts';

const stop = stopSignal();
const requests = new ApiRequestCounter();
const transport = sqsTransport({
  namespace: process.env['REPLYQ_NAMESPACE'] ?? '',
  observer: requests.observe,
});

const requester = createRequester({ transport });
const client = requester.client(auth);
const right = { user: 'ann', password: 'correct horse', nonce: 'first' };
const wrong = { ...right, password: 'guess' };

// Ctrl-C: open calls end as CLOSED, and the reply queue is deleted.
stop.addEventListener('abort', () => void requester.close());

try {
  await tellStarter({ kind: 'requester', clientId: requester.clientId });
  console.log(`requester   process ${process.pid} calls it\n`);

  // A remote function: typed in, typed out, and a Date is a Date.
  const session = await client.login(right);
  console.log(`login       right password: ${session.user} until ${session.expires.toISOString()}`);

  // An error that the contract declares, without throwing: `declared` narrows `data`.
  const { error } = await safe(client.login(wrong));
  assert(error?.declared === 'wrongPassword');
  console.log(
    `login       wrong password: ${error.code}, ${error.data.attemptsLeft} attempts left`,
  );

  // The same by `catch`.
  try {
    await client.login(wrong);
    assert.fail('a wrong password was taken');
  } catch (caught) {
    if (!isDeclared(caught, auth.login, 'wrongPassword')) throw caught;
    console.log(
      `login       wrong again: ${caught.code}, ${caught.data.attemptsLeft} attempt left`,
    );
  }

  // Aborted by the caller. The wait ends at once; the handler may still run.
  const aborted = await safe(client.history('ann', { signal: AbortSignal.timeout(100) }));
  assert(aborted.error?.code === 'CANCELLED');
  console.log(`history     signal aborts after 100 ms: ${outcome(aborted.error)}`);

  // Slower than the caller would wait.
  const late = await safe(client.history('ann', { timeoutMs: 500 }));
  assert(late.error?.code === 'TIMEOUT');
  console.log(`history     timeoutMs 500, handler needs 700: ${outcome(late.error)}`);

  await measure(client, requests);
} catch (error) {
  // Whoever pressed Ctrl-C knows why the calls ended.
  if (!stop.aborted) throw error;
} finally {
  await requester.close();
  await transport.close();
  await tellStarter({ kind: 'requests', requests: requests.total() });
  if (!leaveStarter()) console.log(`requester   closed; ${requests.summary()}`);
}

function outcome({ code, elapsedMs = 0, maybeExecuted }: RpcError): string {
  const ran = maybeExecuted ? 'may have run' : 'has not run';
  return `${code} after ${Math.round(elapsedMs)} ms, ${ran}`;
}

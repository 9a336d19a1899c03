import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createResponder } from '@replyq/responder';
import { sqsTransport } from '@replyq/sqs';
import { ApiRequestCounter } from './api-requests.ts';
import { auth } from './contract.ts';
import { leaveStarter, onCount, stopSignal, tellStarter } from './starter.ts';

/** Stands for a database of users, which would keep hashes. */
const users = new Map([['ann', { password: 'correct horse', attemptsLeft: 3 }]]);

const HISTORY_TAKES_MS = 700;
const SESSION_MS = 3_600_000;

const stop = stopSignal();
const requests = new ApiRequestCounter();
const transport = sqsTransport({
  namespace: process.env['REPLYQ_NAMESPACE'] ?? '',
  observer: requests.observe,
});

const responder = createResponder({
  transport,
  contract: auth,
  // For an example. A real queue is made where its alarms and its dead-letter queue are made.
  create: true,
  handlers: {
    login: ({ input: { user, password, nonce }, errors }) => {
      const account = users.get(user);
      if (account?.password !== password) {
        const attemptsLeft = account === undefined ? 0 : (account.attemptsLeft -= 1);
        throw errors.wrongPassword({ attemptsLeft });
      }
      account.attemptsLeft = 3;
      return { user, nonce, token: randomUUID(), expires: new Date(Date.now() + SESSION_MS) };
    },

    history: async ({ signal }) => {
      // The signal ends the work at the caller's deadline, when nobody waits any longer.
      await sleep(HISTORY_TAKES_MS, undefined, { signal });
      return [new Date()];
    },
  },
});

try {
  await responder.start();
  console.log(`responder   process ${process.pid} serves the contract "auth"`);
  onCount(() => requests.total());
  await tellStarter({ kind: 'listening' });
  if (!stop.aborted) await once(stop, 'abort');
} finally {
  await responder.close();
  await transport.close();
  await tellStarter({ kind: 'requests', requests: requests.total() });
  if (!leaveStarter()) console.log(`responder   closed; ${requests.summary()}`);
}

/**
 * Runs `login.ts` three times, unchanged: with an ordinary queue for each reply, with virtual queues on one
 * host queue, and with temporary queues. An embedded server counts the API requests of each.
 */
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { virtualQueueAttributes, withVirtualQueues } from '@replyq/sqs/virtual-queues';
import { startLocalSqs } from '@replyq/testing';
import { login, serveLogins } from './login.ts';

const HELP = `Usage: npm run example:sdk-virtual-queues

Logs in over ordinary, virtual and temporary queues of an embedded server, and counts API requests.

  --help   show this`;

/** The whole run takes about a second. */
const MAX_RUN_MS = 30_000;
const LOGINS = 20;

readArguments();

const watchdog = setTimeout(() => {
  console.error(`Not over after ${MAX_RUN_MS} ms.`);
  process.exit(1);
}, MAX_RUN_MS);

await using server = await startLocalSqs();

/** The URL of a queue that is made, by whichever client: with virtual queues or without. */
async function create(
  sqs: SQSClient,
  QueueName: string,
  Attributes: Record<string, string> = {},
): Promise<string> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  assert(QueueUrl !== undefined);
  return QueueUrl;
}

async function run(
  title: string,
  sqs: SQSClient,
  createReplyQueue: (name: string) => Promise<string>,
): Promise<void> {
  // The one who answers is a process of its own elsewhere. Its client understands virtual URLs, too.
  const responder = withVirtualQueues(new SQSClient(server.clientConfig));
  const requests = await create(responder, `logins-${title.replaceAll(' ', '-')}`);
  const stop = new AbortController();
  const before = server.requestCounts();
  const serving = serveLogins(responder, requests, stop.signal);
  for (let n = 0; n < LOGINS; n += 1) {
    const name = `reply-${n}`;
    const answer = await login(sqs, requests, `user ${n}`, () => createReplyQueue(name));
    assert.equal(answer, `Welcome, user ${n}`);
  }
  const counts = Object.entries(server.requestCounts())
    .map(([operation, count]) => [operation, count - (before[operation] ?? 0)] as const)
    .filter(([, count]) => count > 0);
  stop.abort();
  await serving;
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  console.log(`${title}: ${(all / LOGINS).toFixed(2)} API requests for each login`);
  for (const [operation, count] of counts) console.log(`  ${operation.padEnd(20)} ${count}`);
  await responder.close();
  responder.destroy();
}

const plain = new SQSClient(server.clientConfig);
await run('ordinary queues', plain, (name) => create(plain, name));

const virtual = withVirtualQueues(new SQSClient(server.clientConfig));
const host = await create(virtual, 'replies');
await run('virtual queues', virtual, (name) =>
  // Not read for a minute, a reply queue that somebody forgot is gone.
  create(virtual, name, virtualQueueAttributes(host, { IdleQueueRetentionPeriodSeconds: '60' })),
);

const temporary = withVirtualQueues(new SQSClient(server.clientConfig), { temporary: true });
await run('temporary queues', temporary, (name) => create(temporary, name));

await Promise.all([virtual.close(), temporary.close()]);
for (const client of [plain, virtual, temporary]) client.destroy();
clearTimeout(watchdog);

function readArguments(): void {
  try {
    const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
    if (values.help !== true) return;
    console.log(HELP);
    process.exit();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    process.exit(1);
  }
}

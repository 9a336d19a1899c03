/**
 * What `npm start` runs: the responder and the requester as two processes, and a server between.
 *
 *   contract.ts, responder.ts, requester.ts   the example itself: begin there
 *   servers.ts   the embedded server, AWS or another; puts it into the environment
 *   part.ts      owns a process of the example
 *   queues.ts    what the server lists, and its deletion
 *   bill.ts      API requests and their price
 *
 * This file owns the order of things, and that nothing is left behind.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { sumOfRequests, type ApiRequests } from './api-requests.ts';
import { billBetween, formatBills, type Bill } from './bill.ts';
import { Part } from './part.ts';
import { Queues } from './queues.ts';
import { openServer, type Server, type Where } from './servers.ts';

const HELP = `Usage: node start.ts [options]

Runs a responder and a requester as two processes, and logs in.

  --endpoint URL   use this SQS-compatible server (or set REPLYQ_ENDPOINT or AWS_ENDPOINT_URL)
  --aws            use AWS, with the credentials and the region that the AWS SDK finds
  --help           show this

Default: a server of its own, in memory. On other servers the queues get names of their own and
are deleted at the end.`;

/** The whole run. It takes about five seconds. */
const MAX_RUN_MS = 60_000;
/** How long AWS may list a deleted queue until we stop looking. */
const LISTED_PATIENCE_MS = 20_000;
/** Begins the names of the reply queues of every requester. */
const REPLY_QUEUE_PREFIX = '__RequesterClientQueues__';

class Interrupted extends Error {}

try {
  const where = whereFrom(process.argv.slice(2), process.env);
  if (where === 'help') console.log(HELP);
  else await run(where);
} catch (error) {
  process.exitCode = error instanceof Interrupted ? 130 : 1;
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
}

async function run(where: Where): Promise<void> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort(new Interrupted('Interrupted: closing.'));
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const tooLong = new Error(`Not done after ${MAX_RUN_MS / 1000} s: something hangs.`);
  const timer = setTimeout(() => stop.abort(tooLong), MAX_RUN_MS);
  try {
    const server = await openServer(where);
    try {
      await runAt(server, stop.signal);
    } finally {
      await server.close();
    }
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    clearTimeout(timer);
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

async function runAt(server: Server, signal: AbortSignal): Promise<void> {
  console.log(`server      ${server.name}`);
  const queues = new Queues([`${server.namespace}auth`]);
  const parts: Part[] = [];
  const start = (name: 'responder' | 'requester'): Part => {
    signal.throwIfAborted();
    const part = new Part(name, server.namespace);
    parts.push(part);
    return part;
  };
  try {
    const before = await queues.list();
    assert.equal(before.length, 0, `Queues are there already: ${before.join(', ')}`);
    const responder = start('responder');
    await responder.next('listening', signal);
    const requester = start('requester');
    requester.on('requester', ({ clientId }) => queues.watch(REPLY_QUEUE_PREFIX + clientId));
    const bills = billsOf(requester, responder, signal);
    const requesterTotal = requester.next('requests', signal);
    await Promise.all([requesterTotal, abortable(requester.ended, signal)]);
  } finally {
    await Promise.all(parts.map((part) => part.stop()));
    await queues.delete(await queues.list());
    queues.close();
  }
}

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
import { parseArgs } from 'node:util';
import { sumOfRequests } from './api-requests.ts';
import { formatBills, Ledger } from './bill.ts';
import { Part } from './part.ts';
import { Queues } from './queues.ts';
import { openServer, type Server, type Where } from './servers.ts';

const HELP = `Usage: npm start -- [options]

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
  // The embedded server has no namespace, and its queues are all ours.
  const queues = new Queues([server.namespace]);
  const parts: Part[] = [];
  const start = (name: 'responder' | 'requester'): Part => {
    const part = new Part(name, server.namespace);
    parts.push(part);
    return part;
  };
  try {
    await queues.list().catch((cause: Error) => {
      throw new Error(`The server refuses, or is not there: ${cause.message}`, { cause });
    });
    signal.throwIfAborted();
    const responder = start('responder');
    await responder.next('listening', signal);
    const requester = start('requester');
    requester.on('requester', ({ clientId }) => queues.watch(REPLY_QUEUE_PREFIX + clientId));
    const ledger = new Ledger(requester, responder, signal);
    const asked = await Promise.race([requester.next('requests', signal), responder.endsEarly()]);
    await endWell(requester);
    const [answered] = await Promise.all([responder.next('requests', signal), endWell(responder)]);
    const sums = [asked, answered].map(({ requests }) => sumOfRequests(requests)).join(' + ');
    console.log(`\n${formatBills(ledger.bills)}`);
    console.log(`The whole run, queues made and idle polls included: ${sums} requests.\n`);
    console.log('processes   both have ended with code 0, none is running');
    await cleanUp(queues, server, signal);
    signal.throwIfAborted();
  } finally {
    await Promise.all(parts.map((part) => part.stop()));
    if (parts.length > 0) await queues.delete(await queues.list());
    queues.close();
  }
}

async function endWell(part: Part): Promise<void> {
  const end = await part.stop();
  assert.equal(end, 0, `The ${part.name} ended with ${end}.`);
  assert(!part.isRunning(), `The ${part.name} still runs.`);
}

/** The reply queue is gone with its requester. The request queue is ours to delete. */
async function cleanUp(queues: Queues, server: Server, signal: AbortSignal): Promise<void> {
  const left = await queues.list();
  await queues.delete(left);
  const patienceMs = server.listsDeletedQueues ? LISTED_PATIENCE_MS : 0;
  const remaining = await queues.remaining(patienceMs, signal);
  const names = left.map((url) => url.slice(url.lastIndexOf('/') + 1)).join(', ');
  console.log(`queues      listed: ${names}; deleted, and now listed: ${remaining.length}`);
  if (server.listsDeletedQueues) {
    console.log('            (AWS lists a deleted queue for up to a minute)');
    return;
  }
  assert.equal(left.length, 1, `More than the request queue was left: ${names}`);
  assert.equal(remaining.length, 0, `Still there: ${remaining.join(', ')}`);
}

function whereFrom(args: readonly string[], env: NodeJS.ProcessEnv): Where | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      endpoint: { type: 'string' },
      aws: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.aws && values.endpoint !== undefined) {
    throw new Error('--aws and --endpoint name two servers: choose one.');
  }
  if (values.aws) return 'aws';
  const { AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SQS, REPLYQ_ENDPOINT } = env;
  const endpoint = values.endpoint ?? REPLYQ_ENDPOINT ?? AWS_ENDPOINT_URL_SQS ?? AWS_ENDPOINT_URL;
  if (endpoint === undefined || endpoint === '') return 'embedded';
  const url = URL.parse(endpoint);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new Error(`"${endpoint}" is not the URL of a server: expected http://… or https://….`);
}

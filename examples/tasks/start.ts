/**
 * What `npm run example:tasks` runs: a producer, two workers, a mail server and an SQS server.
 *
 *   contract.ts, producer.ts, worker.ts   the example itself: begin there
 *   work/        what the worker does: mails, images, a clean-up, a report
 *   story.ts     what happens, in which order
 *   verdict.ts   whether it was as promised
 *   run/         servers, processes, terminal
 *
 * This file owns what is opened, and that nothing is left behind.
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRequester } from '@replyq/requester';
import { sqsTransport } from '@replyq/sqs';
import { BUSY } from './producer.ts';
import { ApiRequestCounter } from './run/api-requests.ts';
import { formatBill } from './run/bill.ts';
import { Crew } from './run/crew.ts';
import { Journal } from './run/journal.ts';
import { startMailSink } from './run/mail-sink.ts';
import { prepareOffice } from './run/office.ts';
import { nameOfQueue, Queues } from './run/queues.ts';
import { openServer, type Server, type Where } from './run/servers.ts';
import type { FromWorker } from './run/starter.ts';
import { createTerminal, type Terminal } from './run/terminal.ts';
import { runStory } from './story.ts';
import { judge } from './verdict.ts';

const HELP = `Usage: npm run example:tasks -- [options]

Two worker processes send mails, process images, clean up and draw a report. One task is poison: it
ends in the dead letters, the workers are mended, and it is redriven.

  --endpoint URL   use this SQS-compatible server (or set REPLYQ_ENDPOINT or AWS_ENDPOINT_URL)
  --help           show this

Default: a server of its own, in memory. On other servers the queues get names of their own and
are deleted at the end. What is made is left in a temporary folder, whose name is told.`;

/** A slow machine may take its time, as long as something happens. */
const MAX_SILENCE_MS = 30_000;
/** Begins the names of the reply queues of every requester. */
const REPLY_QUEUE_PREFIX = '__RequesterClientQueues__';
const PHOTOS = 6;

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
  const stop = Promise.withResolvers<never>();
  stop.promise.catch(() => undefined);
  const interrupt = (): void => stop.reject(new Interrupted('Interrupted: closing.'));
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const silent = new Error(`Nothing has happened for ${MAX_SILENCE_MS / 1000} s: something hangs.`);
  const watchdog = setTimeout(() => stop.reject(silent), MAX_SILENCE_MS);
  try {
    const server = await openServer(where);
    try {
      await runAt(server, stop.promise, () => watchdog.refresh());
    } finally {
      await server.close();
    }
  } finally {
    clearTimeout(watchdog);
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/** Rejects as `stopped` does, after it has cleaned up. */
async function runAt(
  server: Server,
  stopped: Promise<never>,
  onSignOfLife: () => void,
): Promise<void> {
  const { name, namespace } = server;
  const terminal = createTerminal({
    isTTY: process.stdout.isTTY,
    write(text) {
      onSignOfLife();
      process.stdout.write(text);
    },
  });
  terminal.say('server', name);
  const requests = new ApiRequestCounter();
  const transport = sqsTransport({ namespace, observer: requests.observe });
  const requester = createRequester({ transport });
  // The embedded server has no namespace, and its queues are all ours.
  const queues = new Queues(
    namespace === '' ? [''] : [namespace, REPLY_QUEUE_PREFIX + requester.clientId],
  );
  // Whether there is a server, before anything is made.
  await queues.list();
  const folder = await mkdtemp(join(tmpdir(), 'replyq-tasks-'));
  const office = await prepareOffice(folder, PHOTOS);
  terminal.say('folder', folder);
  const sink = await startMailSink(BUSY);
  const journal = new Journal();
  const crew = new Crew((message) => {
    onSignOfLife();
    journal.note(message);
    tellFailure(message, terminal);
  });
  const stage = { transport, requester, namespace, terminal, office, sink, crew, journal };
  try {
    const outcome = await Promise.race([runStory(stage), stopped]);
    const checks = await judge(stage, outcome);
    // Its reply queue is gone with it.
    await requester.close();
    const messages = await queues.countMessages();
    checks.expect(messages === 0, `messages: ${messages} are in the queues`);
    const names = (await queues.list()).map(nameOfQueue);
    await queues.deleteAll();
    const left = await queues.list();
    checks.expect(
      names.length === 2 && left.length === 0,
      `queues: ${names.join(' and ')} deleted, ${left.length} left`,
    );
    terminal.say('', `\n${checks.toString()}\n`);
    const bill = {
      tasks: outcome.tasks.length,
      producer: requests.total(),
      workers: crew.requests,
    };
    terminal.say('', formatBill(bill));
    checks.assertAllHold();
  } finally {
    await crew.stop();
    await requester.close();
    await transport.close();
    await sink.close();
    office.data.close();
    await queues.deleteAll();
    await queues.close();
  }
}

function tellFailure(message: FromWorker, terminal: Terminal): void {
  if (message.kind !== 'retried' && message.kind !== 'dead') return;
  const { attempt, error, kind, procedure } = message;
  const next = kind === 'dead' ? 'given up' : `again in ${message.retryInMs} ms`;
  terminal.say(
    kind === 'dead' ? 'dead' : 'retry',
    `${procedure}, run ${attempt}: ${error}; ${next}`,
  );
}

function whereFrom(args: readonly string[], env: NodeJS.ProcessEnv): Where | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      endpoint: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const { AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SQS, REPLYQ_ENDPOINT } = env;
  const endpoint = values.endpoint ?? REPLYQ_ENDPOINT ?? AWS_ENDPOINT_URL_SQS ?? AWS_ENDPOINT_URL;
  if (endpoint === undefined || endpoint === '') return 'embedded';
  const url = URL.parse(endpoint);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new Error(`"${endpoint}" is not the URL of a server: expected http://… or https://….`);
}

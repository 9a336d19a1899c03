/**
 * Serves `router.ts` over a queue and calls it with tRPC's own client. No contract, and not a line
 * of the router is changed. `--sqs`: over an embedded server that speaks SQS's protocol, instead of
 * within this process.
 */
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { memoryTransport } from '@replyq/memory';
import { createRequester } from '@replyq/requester';
import { queueLink } from '@replyq/requester/trpc';
import { createResponder } from '@replyq/responder';
import { sqsTransport } from '@replyq/sqs';
import { startLocalSqs } from '@replyq/testing';
import {
  createTRPCClient,
  loggerLink,
  type LoggerLinkOptions,
  retryLink,
  splitLink,
  TRPCClientError,
  type TRPCLink,
} from '@trpc/client';
import { Decimal } from './decimal.ts';
import { appRouter, type AppRouter } from './router.ts';
import { transformer } from './transformer.ts';

const HELP = `Usage: npm run example:trpc-router -- [options]

Serves a tRPC router over a queue and calls it with tRPC's own client.

  --sqs    over an embedded server that speaks SQS's protocol, instead of within this process
  --help   show this`;

/** The whole run takes about two seconds. */
const MAX_RUN_MS = 30_000;
/** The router's own types that may travel: their deserializers must stand what strangers send. */
const allowTypes = ['custom:Decimal'];

const local = readArguments().sqs ? await startLocalSqs() : undefined;
const transport =
  local === undefined ? memoryTransport() : sqsTransport({ clientConfig: local.clientConfig });

/** Which queue each procedure was served from, and what the responders' own log would have. */
const servedFrom = new Map<string, string>();
const internalErrors: string[] = [];

// The same router twice: slow reports have a queue of their own and do not hold up the rest.
const responders = ['app', 'app-reports'].map((queue) =>
  createResponder({
    transport,
    queue,
    router: appRouter,
    createContext: ({ metadata }) => ({ token: metadata['token'] }),
    allowTypes,
    create: true,
    observer: (event) => {
      if (event.kind === 'handlerStarted') servedFrom.set(event.procedure, event.queue);
    },
    onError: ({ error }) => internalErrors.push(error.message),
  }),
);

const requester = createRequester({ transport });
const toQueue = (queue: string): TRPCLink<AppRouter> =>
  queueLink({ requester, queue, transformer, allowTypes });

const client = createTRPCClient<AppRouter>({
  links: [
    loggerLink({ logger: logLine }),
    retryLink({
      retry: ({ op, error, attempts }) =>
        op.type === 'query' && error.data?.code === 'SERVICE_UNAVAILABLE' && attempts < 3,
    }),
    splitLink({
      condition: ({ path }) => path.startsWith('reports.'),
      true: toQueue('app-reports'),
      false: toQueue('app'),
    }),
  ],
});

const asAnn = { metadata: { token: 'token-of-ann' } };
const invoice = {
  customer: 'Bolt & Sons',
  number: 2n ** 70n,
  due: new Date('2030-01-31T12:00:00.000Z'),
  tags: new Set(['export', 'net-30']),
  lines: new Map([
    ['bolts', new Decimal(10n)],
    ['nuts', new Decimal(20n)],
  ]),
  note: undefined,
};

type LogEntry = Parameters<NonNullable<LoggerLinkOptions<AppRouter>['logger']>>[0];

let ended: 'interrupted' | 'not done in time' | undefined;
const end = (why: typeof ended): void => {
  ended ??= why;
  void requester.close(); // Open calls end as CLOSED, and so does the run.
};
const interrupt = (): void => end('interrupted');
process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
const tooLong = setTimeout(() => end('not done in time'), MAX_RUN_MS);

try {
  console.log(`transport  ${local === undefined ? 'memory' : `SQS protocol, ${local.endpoint}`}\n`);
  for (const responder of responders) await responder.start();
  await callAll();
} catch (error) {
  process.exitCode = ended === 'interrupted' ? 130 : 1;
  console.error(ended === undefined ? error : `\n${ended}: closed`);
} finally {
  clearTimeout(tooLong);
  process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  await requester.close();
  for (const responder of responders) await responder.close();
  await transport.close();
  await local?.close();
}

async function callAll(): Promise<void> {
  assert.equal(await client.health.query(), 'ok');

  const noToken = await failure(client.invoices.create.mutate(invoice));
  assert.equal(noToken.data?.code, 'UNAUTHORIZED');

  const created = await client.invoices.create.mutate(invoice, { context: asAnn });
  const total = new Decimal(30n);
  assert.deepEqual(created, { ...invoice, by: 'ann', total, paid: undefined });
  assert(created.total instanceof Decimal && 'paid' in created);
  say(
    `Date, Map, Set, bigint, undefined and Decimal came back: the total is ${String(created.total)}`,
  );

  // What the queue gives is what the same router gives without any: it was not touched.
  const caller = appRouter.createCaller({ token: 'token-of-ann' });
  assert.deepEqual(await caller.invoices.create(invoice), created);
  say('createCaller gives the same');

  const misfit = await failure(
    client.invoices.create.mutate({ ...invoice, customer: '' }, { context: asAnn }),
  );
  assert.equal(misfit.data?.code, 'BAD_REQUEST');
  assert.deepEqual(Object.keys(misfit.data.fields ?? {}), ['customer']);
  say(`the errorFormatter's field: ${JSON.stringify(misfit.data.fields)}`);

  const unknown = await failure(client.invoices.archive.mutate(undefined, { context: asAnn }));
  const log = internalErrors.at(-1) ?? '';
  assert.match(log, /archive\.internal/);
  assert.doesNotMatch(JSON.stringify([unknown.message, unknown.shape]), /archive\.internal|ECONN/);
  say(`the responder's log has "${log}"; the caller has "${unknown.message}"`);

  // `retryLink` above: the first answer is SERVICE_UNAVAILABLE.
  assert.deepEqual(await client.rates.euro.query(), new Decimal(108n));
  assert.deepEqual(internalErrors.at(-1), 'SERVICE_UNAVAILABLE');
  say('after one SERVICE_UNAVAILABLE, by retryLink');

  const late = await failure(
    client.reports.yearly.query(undefined, { context: { ...asAnn, timeoutMs: 300 } }),
  );
  assert.equal(late.meta?.['code'], 'TIMEOUT');
  assert.equal(servedFrom.get('reports.yearly'), 'app-reports');
  assert.equal(servedFrom.get('invoices.create'), 'app');
  say(`${late.message} Served from "app-reports", by splitLink`);
}

function readArguments(): { readonly sqs: boolean } {
  try {
    const flag = { type: 'boolean', default: false } as const;
    const { values } = parseArgs({ options: { sqs: flag, help: { ...flag, short: 'h' } } });
    if (!values.help) return values;
    console.log(HELP);
    process.exit();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    process.exit(1);
  }
}

/** The error of a call that must fail. */
async function failure(call: Promise<unknown>): Promise<TRPCClientError<AppRouter>> {
  const error = await call.then(
    () => assert.fail('the call was answered'),
    (cause: unknown) => cause,
  );
  assert(error instanceof TRPCClientError, error instanceof Error ? error : String(error));
  return error;
}

function logLine(entry: LogEntry): void {
  if (entry.direction === 'up') return;
  const { elapsedMs, path, result, type } = entry;
  const failed = result instanceof TRPCClientError;
  const outcome = failed ? String(result.data?.code ?? result.meta?.['code']) : 'ok';
  console.log(
    `${type.padEnd(8)}  ${path.padEnd(16)} ${elapsedMs.toFixed(0).padStart(4)} ms  ${outcome}`,
  );
}

function say(text: string): void {
  console.log(`          ${text}`);
}

// A whole program that opens, calls and closes: argv is endpoint and region. Prints what was alive
// before it opened anything and after it had closed everything, and then has to end by itself.
import { createRequester } from '@replyq/requester';
import { createResponder } from '@replyq/responder';
import { sqsTransport } from '@replyq/sqs';
import { setTimeout as pause } from 'node:timers/promises';
import { auth } from './auth-contract.ts';

const [endpoint = '', region = ''] = process.argv.slice(2);
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
// Touched once, they are there for good.
process.stdout.write('');
process.stderr.write('');
const before = process.getActiveResourcesInfo().toSorted();

const transport = sqsTransport({ clientConfig: { endpoint, region, credentials } });
const responder = createResponder({
  transport,
  contract: auth,
  create: true,
  drainMs: 200,
  handlers: {
    login: ({ input }) => ({ token: input.user, at: new Date() }),
    echo: ({ input }) => input,
    slow: async ({ input, signal }) => {
      await pause(input.ms, undefined, { signal, ref: false });
      return 'done';
    },
    fails: () => undefined,
    user: { byId: ({ input }) => ({ id: input }) },
  },
});
await responder.start();
const requester = createRequester({ transport });
const client = requester.client(auth);
const replies = await Promise.all([client.echo(1), client.login({ user: 'ann', password: '' })]);
const open = client.slow({ ms: 60_000 }).catch((error: unknown) => error);

const closingAtMs = performance.now();
await requester.close();
const requesterClosedMs = performance.now() - closingAtMs;
await open;
const responderClosingAtMs = performance.now();
await responder.close();
const responderClosedMs = performance.now() - responderClosingAtMs;
await transport.close();
// One turn of the event loop, in which destroyed sockets are let go.
await pause(1);
const after = process.getActiveResourcesInfo().toSorted();
process.stdout.write(
  JSON.stringify({
    replies: replies.length,
    before,
    after,
    requesterClosedMs,
    responderClosedMs,
    closedAt: Date.now(),
  }),
);

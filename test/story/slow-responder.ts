// A responder as a process of its own: argv is endpoint, region and how long the handler takes.
import { createResponder } from '@replyq/responder';
import { sqsTransport } from '@replyq/sqs';
import { setTimeout as pause } from 'node:timers/promises';
import { auth } from './auth-contract.ts';

const [endpoint = '', region = '', handlerMs = '0', visibilityMs = '10000'] = process.argv.slice(2);
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const transport = sqsTransport({ clientConfig: { endpoint, region, credentials } });
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const responder = createResponder({
  transport,
  contract: auth,
  visibilityMs: Number(visibilityMs),
  handlers: {
    login: ({ input }) => ({ token: input.user, at: new Date() }),
    echo: async ({ input }) => {
      say(`handling ${JSON.stringify(input)}`);
      await pause(Number(handlerMs));
      return { input, pid: process.pid };
    },
    slow: () => 'done',
    fails: () => undefined,
    user: { byId: ({ input }) => ({ id: input }) },
  },
  observer: (event) => {
    if (event.kind === 'requestExpired') say(`expired ${event.procedure}`);
  },
});
await responder.start();
say('started');

process.once('SIGTERM', () => {
  void (async () => {
    await responder.close();
    await transport.close();
    say('closed');
  })();
});

import { setTimeout as sleep } from 'node:timers/promises';
import { createRequester } from '@replyq/requester';
import { createResponder } from '@replyq/responder';
import { ApiRequestCounter } from '../api-requests.ts';
import { bench, credentials, login } from '../login.ts';
import { deleteQueue } from '../queue-life.ts';
import type { SubjectSettings } from '../settings.ts';
import { openTransport } from '../transports.ts';
import type { Answerer, Asker } from './subject.ts';

export async function openReplyqAsker(settings: SubjectSettings): Promise<Asker> {
  const counter = new ApiRequestCounter();
  const transport = await openTransport(settings, counter.observe);
  const requester = createRequester({ transport });
  const client = requester.client(bench);
  const readiness = await requester.ready();
  if (readiness.kind !== 'ready') throw new Error(`no reply queue: ${JSON.stringify(readiness)}`);
  return {
    inProcess: false,
    ask: async (nonce, payloadBytes) =>
      (await client.login(credentials(nonce, payloadBytes))).nonce,
    requests: () => counter.total(),
    ignoreBegun: () => counter.ignoreBegun(),
    close: async () => {
      await requester.close();
      await transport.close();
    },
  };
}

export async function openReplyqAnswerer(settings: SubjectSettings): Promise<Answerer> {
  const counter = new ApiRequestCounter();
  const transport = await openTransport(settings, counter.observe);
  const { concurrency, handlerMs } = settings;
  let handled = 0;
  const responder = createResponder({
    transport,
    contract: bench,
    create: true,
    concurrency,
    handlers: {
      login:
        handlerMs === 0
          ? ({ input }) => ((handled += 1), login(input))
          : async ({ input }) => {
              handled += 1;
              await sleep(handlerMs);
              return login(input);
            },
    },
  });
  await responder.start();
  return {
    requests: () => counter.total(),
    ignoreBegun: () => counter.ignoreBegun(),
    handled: () => handled,
    close: async () => {
      await responder.close();
      await transport.close();
      await deleteQueue(settings, 'bench');
    },
  };
}

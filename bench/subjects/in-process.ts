import { createRequester } from '@replyq/requester';
import { queueLink } from '@replyq/requester/trpc';
import { createResponder } from '@replyq/responder';
import { createTRPCClient } from '@trpc/client';
import { ApiRequestCounter, NO_REQUESTS } from '../api-requests.ts';
import { bench, credentials, login } from '../login.ts';
import { createLoginCaller, loginRouter, type LoginRouter } from '../login-router.ts';
import type { SubjectSettings } from '../settings.ts';
import { openMemoryTransport } from '../transports.ts';
import type { Asker } from './subject.ts';

/** A contract's client and its responder, in this process. */
export async function openContractAsker(settings: SubjectSettings): Promise<Asker> {
  const counter = new ApiRequestCounter();
  const transport = openMemoryTransport(settings, counter.observe);
  const responder = createResponder({
    transport,
    contract: bench,
    create: true,
    concurrency: settings.concurrency,
    handlers: { login: ({ input }) => login(input) },
  });
  await responder.start();
  const requester = createRequester({ transport });
  const client = requester.client(bench);
  return {
    inProcess: true,
    ask: async (nonce, payloadBytes) =>
      (await client.login(credentials(nonce, payloadBytes))).nonce,
    requests: () => counter.total(),
    ignoreBegun: () => counter.ignoreBegun(),
    close: async () => {
      await requester.close();
      await responder.close();
      await transport.close();
    },
  };
}

/** tRPC's client over a queue, and its router behind it, in this process. */
export async function openQueueLinkAsker(settings: SubjectSettings): Promise<Asker> {
  const counter = new ApiRequestCounter();
  const transport = openMemoryTransport(settings, counter.observe);
  const responder = createResponder({
    transport,
    queue: 'bench',
    router: loginRouter,
    create: true,
    concurrency: settings.concurrency,
  });
  await responder.start();
  const requester = createRequester({ transport });
  const client = createTRPCClient<LoginRouter>({
    links: [queueLink({ requester, queue: 'bench' })],
  });
  return {
    inProcess: true,
    ask: async (nonce, payloadBytes) =>
      (await client.login.mutate(credentials(nonce, payloadBytes))).nonce,
    requests: () => counter.total(),
    ignoreBegun: () => counter.ignoreBegun(),
    close: async () => {
      await requester.close();
      await responder.close();
      await transport.close();
    },
  };
}

/** tRPC's own way to call a router, without a queue and without JSON. */
export function openCallerAsker(): Asker {
  const caller = createLoginCaller({});
  return {
    inProcess: true,
    ask: async (nonce, payloadBytes) =>
      (await caller.login(credentials(nonce, payloadBytes))).nonce,
    requests: () => NO_REQUESTS,
    ignoreBegun: () => undefined,
    close: () => Promise.resolve(),
  };
}

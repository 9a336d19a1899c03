import { memoryTransport, createMemoryQueueService } from '@replyq/memory';
import type { QueueService } from '@replyq/queue';
import { createRequester, type Requester } from '@replyq/requester';
import { queueLink } from '@replyq/requester/trpc';
import { createTRPCClient, TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import { bench, credentials } from '../login.ts';
import type { LoginRouter } from '../login-router.ts';
import type { PendingSubject } from '../settings.ts';

/** Calls that nobody will ever answer. */
export interface PendingAsker {
  ask(nonce: number): Promise<unknown>;
  readonly cancelAll: () => Promise<void> | void;
  close(): Promise<void>;
}

const PAYLOAD_BYTES = 400;
/** Longer than it takes to open them all. */
const TIMEOUT_MS = 600_000;

export async function openPendingAsker(
  subject: PendingSubject,
  calls: number,
): Promise<PendingAsker> {
  if (subject === 'tRPC') {
    const client = createTRPCClient<LoginRouter>({ links: [silentLink] });
    return {
      ask: (nonce) => client.login.mutate(credentials(nonce, PAYLOAD_BYTES)),
      cancelAll: () => {
        // An error for each, as a link makes them.
        for (const fail of waiting) fail(TRPCClientError.from(new Error('no longer wanted')));
      },
      close: async () => waiting.clear(),
    };
  }
  const service = createMemoryQueueService({ createdVisibleAfterMs: 0 });
  await service.createQueue({ name: 'bench', attributes: {}, tags: {} });
  const transport = memoryTransport({ service: swallowing(service), maxBufferedFrames: calls });
  const requester = createRequester({
    transport,
    timeoutMs: TIMEOUT_MS,
    maxPendingCalls: calls,
  });
  await requester.ready();
  return {
    ...askerOf(subject, requester, calls),
    close: async () => {
      await requester.close();
      await transport.close();
    },
  };
}

function askerOf(
  subject: Exclude<PendingSubject, 'tRPC'>,
  requester: Requester,
  calls: number,
): Omit<PendingAsker, 'close'> {
  const closeRequester = (): Promise<void> => requester.close();
  if (subject === 'queueLink') {
    const client = createTRPCClient<LoginRouter>({
      links: [queueLink({ requester, queue: 'bench' })],
    });
    const ask = (nonce: number) => client.login.mutate(credentials(nonce, PAYLOAD_BYTES));
    return { ask, cancelAll: closeRequester };
  }
  const client = requester.client(bench);
  if (subject === 'contract') {
    const ask = (nonce: number) => client.login(credentials(nonce, PAYLOAD_BYTES));
    return { ask, cancelAll: closeRequester };
  }
  // The controllers are the caller's, so they are there before anything is weighed.
  const controllers = Array.from({ length: calls }, () => new AbortController());
  return {
    ask: (nonce) => {
      const controller = controllers[nonce - 1];
      if (controller === undefined) throw new RangeError(`no controller for ${nonce}`);
      return client.login(credentials(nonce, PAYLOAD_BYTES), { signal: controller.signal });
    },
    cancelAll: () => {
      // With a reason of their own: without one the platform makes a DOMException for each, a second in all.
      const reason = new Error('no longer wanted');
      for (const controller of controllers) controller.abort(reason);
    },
  };
}

/** Sends come to nothing: what is weighed is the requester and not the queue. */
function swallowing(service: QueueService): QueueService {
  let sent = 0;
  return new Proxy(service, {
    get(target, name) {
      if (name === 'sendBatch') return sendBatch;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  async function sendBatch({
    entries,
  }: Parameters<QueueService['sendBatch']>[0]): ReturnType<QueueService['sendBatch']> {
    return {
      kind: 'ok',
      entries: entries.map(() => ({ kind: 'ok', messageId: String((sent += 1)) })),
    };
  }
}

/** Those whom tRPC's client waits for: a link that forgets them is a call that nobody can answer. */
const waiting = new Set<(error: TRPCClientError<LoginRouter>) => void>();

const silentLink: TRPCLink<LoginRouter> = () => () =>
  observable((observer) => {
    const fail = (error: TRPCClientError<LoginRouter>): void => observer.error(error);
    waiting.add(fail);
    return () => waiting.delete(fail);
  });

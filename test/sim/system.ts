import { RpcError } from '@replyq/contract';
import type { Transport } from '@replyq/contract/transport';
import { createQueueTransport } from '@replyq/queue';
import { createRequester } from '@replyq/requester';
import { createResponder, implement, type IncomingCall, type ReplyStore } from '@replyq/responder';
import {
  HandlerFailure,
  type CallEnd,
  type CallInput,
  type CallSystem,
  type ResponderHost,
  type RunRequest,
  type SimHost,
  type SimRequester,
  type SimResponder,
} from '@replyq/testing';
import { calls, oldCalls } from './calls-contract.ts';
import type { Knobs } from './knobs.ts';

/** The real requester, responder and queue machinery, over simulated processes. */
export function realSystem(knobs: Knobs, storeOf: (host: SimHost) => ReplyStore): CallSystem {
  return {
    queues: ['calls'],
    openResponder: (host) => openResponder(host, knobs, storeOf(host)),
    openRequester: (host) => openRequester(host, knobs),
  };
}

function openResponder(host: ResponderHost, knobs: Knobs, replyStore: ReplyStore): SimResponder {
  const transport = openTransport(host, knobs);
  const handle =
    (idempotent: boolean) =>
    async ({
      ctx,
      errors,
      input,
      signal,
    }: HandlerArguments): Promise<{ subject: string; bulk: string }> => {
      try {
        return (await host.run({ ...ctx, idempotent, input, signal })) as {
          subject: string;
          bulk: string;
        };
      } catch (cause) {
        if (cause instanceof HandlerFailure && cause.declared) {
          throw errors.planned({ subject: input.subject });
        }
        throw cause;
      }
    };
  const { concurrency, graceMs, leaseMs, packs, visibilityMs, waitMs } = knobs;
  const [ask, act, actAgain] = [handle(true), handle(false), handle(true)];
  const old = knobs.oldVersion && host.name.startsWith('responder-2');
  const serves = old
    ? implement<typeof oldCalls, HandlerContext>(oldCalls, { ask, act })
    : implement<typeof calls, HandlerContext>(calls, { ask, act, actAgain });
  const responder = createResponder({
    transport,
    contracts: [serves],
    createContext: (call: IncomingCall) => ({
      call: call.metadata['call'] ?? '',
      callId: call.call.callId ?? '',
      idempotencyKey: call.idempotencyKey,
    }),
    replyStore,
    leaseMs,
    concurrency,
    graceMs,
    visibilityMs,
    waitMs,
    ...(packs === undefined ? {} : { packs }),
  });
  return {
    start: () => responder.start(),
    drain: () => responder.drain(),
    close: async () => {
      await responder.close();
      await transport.close();
    },
  };
}

type HandlerContext = Pick<RunRequest, 'call' | 'callId' | 'idempotencyKey'>;

interface HandlerArguments {
  readonly ctx: HandlerContext;
  readonly errors: { planned(data: { subject: string }): Error };
  readonly input: CallInput;
  readonly signal: AbortSignal;
}

function openRequester(host: SimHost, knobs: Knobs): SimRequester {
  const transport = openTransport(host, knobs);
  const requester = createRequester({ transport, maxPendingCalls: knobs.maxPendingCalls });
  const client = requester.client(calls);
  return {
    call: async ({ call, idempotencyKey, procedure, timeoutMs }, input, signal) => {
      try {
        const value: unknown = await client[procedure](input, {
          timeoutMs,
          metadata: { call },
          ...(signal === undefined ? {} : { signal }),
          ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        });
        return { outcome: 'ok', value };
      } catch (error) {
        return endOf(error);
      }
    },
    close: async () => {
      await requester.close();
      await transport.close();
    },
  };
}

function endOf(error: unknown): CallEnd {
  if (!RpcError.is(error)) return { outcome: 'NOT_AN_RPC_ERROR', value: String(error) };
  const { code, maybeExecuted } = error;
  return {
    outcome: code,
    maybeExecuted,
    fromHandler:
      code === 'DECLARED' || (error.origin === 'remote' && code === 'INTERNAL_SERVER_ERROR'),
  };
}

function openTransport({ runtime, service }: SimHost, knobs: Knobs): Transport {
  const { framesPerMessage, maxBufferedFrames } = knobs;
  return createQueueTransport({
    runtime,
    service,
    maxBufferedFrames,
    ...(framesPerMessage === undefined ? {} : { packing: { framesPerMessage } }),
  });
}

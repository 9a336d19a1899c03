import { RpcError } from '@replyq/contract';
import type { QueueRef } from '@replyq/contract/transport';
import { TRPCClientError, type Operation, type TRPCLink } from '@trpc/client';
import type { AnyTRPCRouter, inferTRPCClientTypes } from '@trpc/server';
import { observable } from '@trpc/server/observable';
import { askers } from './askers.ts';
import type { Question } from './asker.ts';
import type { CallOptions } from './call-options.ts';
import type { Requester } from './create-requester.ts';
import { inputError } from './input-error.ts';
import {
  combined,
  decodeOutput,
  encodeInput,
  type LinkCodec,
  type LinkTransformer,
  type QueueErrorMeta,
} from './link-codec.ts';

/** The rule of tRPC's own links: a router with a transformer wants the same one here. */
export type QueueLinkOptions<TRouter extends AnyTRPCRouter> = {
  readonly requester: Requester;
  /** Where the router is served: name, URL or ARN. */
  readonly queue: QueueRef;
  /** For operations whose context names none (`context: { timeoutMs }`). Default: the requester's. */
  readonly timeoutMs?: number;
  /** Types registered with the transformer that may come in replies: `custom:Decimal`. Default: none. */
  readonly allowTypes?: readonly string[];
} & (inferTRPCClientTypes<TRouter>['transformer'] extends true
  ? { readonly transformer: LinkTransformer }
  : { readonly transformer?: never });

/**
 * A terminating tRPC link that calls over a queue. Composes with `splitLink`, `retryLink` and
 * `loggerLink`. Of an operation's context it reads `timeoutMs`, `idempotencyKey`, `groupId`,
 * `metadata` and `attributes`; a retried operation keeps its idempotency key and gets a new call id.
 */
export function queueLink<TRouter extends AnyTRPCRouter>(
  options: QueueLinkOptions<TRouter>,
): TRPCLink<TRouter> {
  const inside = askers.get(options.requester);
  if (inside === undefined) {
    throw new RpcError({
      code: 'BAD_REQUEST',
      message: 'queueLink: `requester` is not what createRequester() returned.',
    });
  }
  if (options.timeoutMs !== undefined && !(options.timeoutMs > 0)) {
    throw new RpcError({
      code: 'BAD_REQUEST',
      message: `queueLink: timeoutMs is ${options.timeoutMs}: expected more than 0.`,
    });
  }
  const { asker, runtime } = inside;
  const codec: LinkCodec = {
    transformer: combined(options.transformer),
    allowTypes: options.allowTypes ?? [],
  };
  return () => {
    const linkId = `${options.requester.clientId}.${runtime.createId(8)}`;
    // retryLink sends the same operation object again, so its attempts are counted here.
    const attempts = new WeakMap<Operation, number>();
    return ({ op }) =>
      observable((observer) => {
        const attempt = (attempts.get(op) ?? 0) + 1;
        attempts.set(op, attempt);
        const unsubscribed = new AbortController();
        const signal = op.signal
          ? AbortSignal.any([op.signal, unsubscribed.signal])
          : unsubscribed.signal;
        let open = true;
        ask(op, attempt, signal).then(
          (data) => {
            if (!open) return;
            open = false;
            observer.next({ result: { type: 'data', data }, context: op.context });
            observer.complete();
          },
          (cause: unknown) => {
            if (!open) return;
            open = false;
            observer.error(toClientError(cause));
          },
        );
        return () => {
          open = false;
          unsubscribed.abort();
        };
      });

    function ask(op: Operation, attempt: number, signal: AbortSignal): Promise<unknown> {
      if (op.type === 'subscription') {
        const message = 'Subscriptions do not run over a queue yet.';
        return Promise.reject(
          new RpcError({ code: 'NOT_IMPLEMENTED', procedure: op.path, message }),
        );
      }
      const question = questionOf(op, `${linkId}.${op.id}`, attempt, signal);
      return question instanceof RpcError ? Promise.reject(question) : asker.ask(question);
    }
  };

  function questionOf(
    op: Operation,
    key: string,
    attempt: number,
    signal: AbortSignal,
  ): Question | RpcError {
    try {
      const { body, content } = encodeInput(op.input, codec);
      return {
        queue: options.queue,
        procedure: op.path,
        header: { type: op.type, content },
        body,
        attempt,
        ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
        options: callOptions(op, key, signal),
        decode: (reply, call) => decodeOutput(reply, call, runtime, codec),
      };
    } catch (cause) {
      return inputError(cause, { procedure: op.path, queue: options.queue, attempt });
    }
  }
}

/** What an operation's context says of the call. Values of another type than they should have are passed over. */
function callOptions({ context }: Operation, key: string, signal: AbortSignal): CallOptions {
  const { attributes, groupId, idempotencyKey, metadata, timeoutMs } = context;
  return {
    signal,
    idempotencyKey: typeof idempotencyKey === 'string' ? idempotencyKey : key,
    ...(typeof timeoutMs === 'number' ? { timeoutMs } : {}),
    ...(typeof groupId === 'string' ? { groupId } : {}),
    ...(isRecord(metadata) ? { metadata: metadata as Record<string, string> } : {}),
    ...(isRecord(attributes) ? { attributes: attributes as Record<string, string> } : {}),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** A responder's error with its shape; any other with an `RpcError` (or the abort's reason) as its cause. */
function toClientError(cause: unknown): TRPCClientError<AnyTRPCRouter> {
  const error = RpcError.from(cause);
  const { callId, code, maybeExecuted, queue } = error;
  const meta: QueueErrorMeta = { code, callId, queue, maybeExecuted };
  if (error.origin === 'remote' && error.cause instanceof TRPCClientError) {
    return TRPCClientError.from(error.cause, { meta });
  }
  const reason = code === 'CANCELLED' && error.cause instanceof Error ? error.cause : error;
  return TRPCClientError.from(reason, { meta });
}

import { RpcError } from '@replyq/contract';
import type { QueueRef } from '@replyq/contract/transport';
import type { Mutable } from '@replyq/contract/wire';
import { TRPCClientError, type Operation, type TRPCLink } from '@trpc/client';
import type { AnyTRPCRouter, inferTRPCClientTypes } from '@trpc/server';
import { observable } from '@trpc/server/observable';
import { askers } from './askers.ts';
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
import type { PendingCall } from './pending-call.ts';
import type { Question } from './question.ts';
import { withStackLimit } from './with-stack-limit.ts';

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
 * `metadata` and `attributes`. An operation that is sent again gets a new call id, and says which call
 * it repeats, unless a handler has answered that one: so a responder runs again what has failed, and only that.
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
  const decode: Question['decode'] = (reply, call) => decodeOutput(reply, call, runtime, codec);
  return () => {
    // retryLink sends the same operation object again, so its attempts are counted here: those that
    // failed or were given up, as nothing else is repeated and the map costs more than the look.
    const attempts = new WeakMap<Operation, Attempt>();
    const unanswered = (op: Operation, earlier: Attempt, call: PendingCall | undefined): void => {
      const repeats = earlier.repeats ?? call?.callId;
      attempts.set(op, { number: earlier.number + 1, repeats });
    };
    return ({ op }) =>
      observable((observer) => {
        const earlier = attempts.get(op) ?? NONE;
        let call: PendingCall | undefined;
        let open = true;
        new Promise((resolve, reject) => {
          call = asker.ask(questionOf(op, earlier), resolve, reject);
        }).then(
          (data) => {
            if (!open) return;
            open = false;
            observer.next({ result: { type: 'data', data }, context: op.context });
            // tRPC aborts a signal here that nobody waits for any more: a tenth of the call's time
            // would go into the stack of its reason. One frame is for links that complete here, too.
            withStackLimit(1, () => observer.complete());
          },
          (cause: unknown) => {
            if (!open) return;
            open = false;
            const { maybeExecuted, origin } = RpcError.from(cause);
            // An answer from before the handler says nothing of other copies of the request.
            if (origin === 'local' || !maybeExecuted) unanswered(op, earlier, call);
            else attempts.set(op, { number: earlier.number + 1 });
            observer.error(toClientError(cause));
          },
        );
        return () => {
          if (!open) return;
          open = false;
          unanswered(op, earlier, call);
          if (call !== undefined) asker.cancel(call);
        };
      });
  };

  /** Throws an `RpcError`: nothing was sent. */
  function questionOf(op: Operation, { number, repeats }: Attempt): Question {
    const attempt = number + 1;
    const { path: procedure, type } = op;
    const { queue, timeoutMs } = options;
    if (type === 'subscription') {
      const message = 'Subscriptions do not run over a queue yet.';
      throw new RpcError({ code: 'NOT_IMPLEMENTED', procedure, message });
    }
    const { body, content } = encodedInput(op, attempt);
    return {
      queue,
      procedure,
      header: { type, contract: undefined, content },
      body,
      timeoutMs,
      attempt,
      pack: true,
      options: callOptionsOf(op),
      decode,
      ...(repeats === undefined ? {} : { repeats }),
    };
  }

  function encodedInput(op: Operation, attempt: number): ReturnType<typeof encodeInput> {
    try {
      return encodeInput(op.input, codec);
    } catch (cause) {
      throw inputError(cause, { procedure: op.path, queue: options.queue, attempt });
    }
  }
}

/** The last attempt at an operation that did not succeed. */
interface Attempt {
  readonly number: number;
  /** The first call since a handler's last answer: what came of it is not known. */
  readonly repeats?: string | undefined;
}

const NONE: Attempt = { number: 0 };

/** What an operation's context says of the call. Values of another type than they should have are passed over. */
function callOptionsOf({ context, signal }: Operation): CallOptions {
  const { attributes, groupId, idempotencyKey, metadata, timeoutMs } = context;
  const options: Mutable<CallOptions> = {};
  if (typeof idempotencyKey === 'string') options.idempotencyKey = idempotencyKey;
  if (signal) options.signal = signal;
  if (typeof timeoutMs === 'number') options.timeoutMs = timeoutMs;
  if (typeof groupId === 'string') options.groupId = groupId;
  if (isRecord(metadata)) options.metadata = metadata as Record<string, string>;
  if (isRecord(attributes)) options.attributes = attributes as Record<string, string>;
  return options;
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

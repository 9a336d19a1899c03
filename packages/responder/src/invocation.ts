import {
  intercept,
  runInCall,
  type Alarms,
  type CallScope,
  type Runtime,
} from '@replyq/contract/transport';
import { callTRPCProcedure } from '@trpc/server';
import type { Admitted } from './admission.ts';
import type { HandlerContext } from './implement.ts';
import { timesReceived, type IncomingCall, type IncomingFrame } from './incoming.ts';
import type { ResolvedAnswererSettings } from './responder-options.ts';

export interface InvocationOptions {
  readonly runtime: Runtime;
  readonly alarms: Alarms;
  readonly settings: ResolvedAnswererSettings;
  readonly createContext: (call: IncomingCall) => unknown;
  /** Aborts when the responder gives up waiting for handlers. */
  readonly closing: AbortSignal;
  readonly queue: string;
}

/** How a run ended. */
export type RunEnd =
  | { readonly kind: 'result'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly cause: unknown }
  /** The handler ignored its signal; it may still be running. */
  | { readonly kind: 'abandoned' };

export interface Run {
  readonly end: RunEnd;
  readonly ctx: unknown;
  readonly call: IncomingCall;
  /** Whether code of the user's may have had effects. */
  readonly entered: boolean;
}

/** Runs one admitted request through tRPC: context, interceptors, procedure; inside its call scope. */
export async function invoke(
  admitted: Admitted,
  incoming: IncomingFrame,
  input: unknown,
  deadlineMs: number,
  options: InvocationOptions,
): Promise<Run> {
  const { alarms, closing, runtime, settings } = options;
  const controller = new AbortController();
  const call = incomingCall(
    admitted,
    incoming,
    input,
    controller.signal,
    scopeOf(admitted, incoming, deadlineMs, options),
  );
  let ctx: unknown;
  // A plain router's middleware is the user's code: it counts as entered from the start.
  let entered = admitted.service.procedures === undefined;

  const run = async (incomingCall: IncomingCall): Promise<unknown> => {
    ctx = await options.createContext(incomingCall);
    const { path, service, type } = admitted;
    const handlerCtx: HandlerContext = {
      user: ctx,
      call: incomingCall.call,
      entered: () => {
        entered = true;
      },
    };
    return callTRPCProcedure({
      router: service.router,
      path,
      type,
      ctx: service.procedures === undefined ? ctx : handlerCtx,
      getRawInput: () => Promise.resolve(incomingCall.input),
      signal: incomingCall.signal,
      batchIndex: 0,
    });
  };

  const end = await new Promise<RunEnd>((resolve) => {
    const deadline = alarms.set(deadlineMs, () =>
      controller.abort(new DOMException('The caller waits no longer.', 'TimeoutError')),
    );
    const grace = alarms.set(deadlineMs + settings.graceMs, () => settle({ kind: 'abandoned' }));
    const onClosing = (): void => {
      controller.abort(new DOMException('The responder is closing.', 'AbortError'));
      runtime.setTimer(0, () => settle({ kind: 'abandoned' }));
    };
    const settle = (runEnd: RunEnd): void => {
      alarms.cancel(deadline);
      alarms.cancel(grace);
      closing.removeEventListener('abort', onClosing);
      resolve(runEnd);
    };
    closing.addEventListener('abort', onClosing, { once: true });
    const started = runInCall(call.call, () => intercept(settings.interceptors, run)(call));
    started.then(
      (value) => settle({ kind: 'result', value }),
      (cause: unknown) => settle({ kind: 'failed', cause }),
    );
  });
  return { end, ctx, call, entered };
}

function scopeOf(
  admitted: Admitted,
  { frame }: IncomingFrame,
  deadlineMs: number,
  { queue, runtime }: InvocationOptions,
): CallScope {
  const { traceHeader, traceparent } = frame;
  return {
    callId: admitted.callId,
    procedure: admitted.path,
    queue,
    metadata: admitted.header.meta ?? {},
    trace: {
      ...(traceHeader === undefined ? {} : { traceHeader }),
      ...(traceparent === undefined ? {} : { traceparent }),
    },
    remainingMs: () => Math.max(0, deadlineMs - runtime.monotonicMs()),
  };
}

function incomingCall(
  { header, path, service, type }: Admitted,
  incoming: IncomingFrame,
  input: unknown,
  signal: AbortSignal,
  call: CallScope,
): IncomingCall {
  return {
    contract: service.contract,
    procedure: path,
    type,
    input,
    metadata: call.metadata,
    attributes: incoming.frame.attributes,
    senderId: incoming.senderId,
    receiveCount: timesReceived(incoming),
    idempotencyKey: header.key,
    signal,
    call,
  };
}

import {
  intercept,
  runInCall,
  type CallScope,
  type Runtime,
  type TraceCarrier,
} from '@replyq/contract/transport';
import { callTRPCProcedure } from '@trpc/server';
import type { Admitted } from './admission.ts';
import type { HandlerContext } from './implement.ts';
import { senderOf, timesReceived, type IncomingCall, type IncomingFrame } from './incoming.ts';
import type { Lease } from './leases.ts';
import type { OpenRuns, RunEnd } from './open-runs.ts';
import { ProgressReports } from './progress-reports.ts';
import type { ReplyDelivery } from './reply-delivery.ts';
import type { ServedRequest } from './reply-maker.ts';
import type { ResolvedAnswererSettings } from './responder-options.ts';
import { procedureOf } from './service.ts';
import { serviceNowMs } from './task-copies.ts';

/** More than the second to which the queue tells its time once a message comes again: each run begins after the one before. */
const CLOCK_STEP_MS = 2000;

export interface InvocationOptions {
  readonly runtime: Runtime;
  readonly runs: OpenRuns;
  readonly settings: ResolvedAnswererSettings;
  readonly createContext: (call: IncomingCall) => unknown;
  readonly queue: string;
  readonly delivery: Pick<ReplyDelivery, 'tellProgress'>;
}

export interface Run {
  readonly end: RunEnd;
  readonly ctx: unknown;
  readonly call: IncomingCall;
  /** Whether code of the user's may have had effects. */
  readonly entered: boolean;
  /** Whether the procedure was reached: there was a context to call it with. */
  readonly hadContext: boolean;
}

/** Why a handler's signal aborts at the deadline. */
const CALL_LATE = 'The caller waits no longer.';
const TASK_LATE = 'The time of this run is up.';

/** Runs one admitted request through tRPC: context, interceptors, procedure; inside its call scope. */
export async function invoke(
  request: ServedRequest,
  input: unknown,
  lease: Lease,
  options: InvocationOptions,
): Promise<Run> {
  const { createContext, runs, settings } = options;
  const { admitted, deadlineMs, incoming } = request;
  const { isTask, path, service, type } = admitted;
  const run = runs.begin(deadlineMs, lease, isTask ? TASK_LATE : CALL_LATE);
  const scope = new ServedCall(request, options);
  const call = incomingCall(admitted, incoming, input, run.signal, scope);
  let ctx: unknown;
  let hadContext = false;
  // A plain router's middleware is the user's code: it counts as entered from the start.
  let entered = service.procedures === undefined;

  const start = async (incomingCall: IncomingCall): Promise<unknown> => {
    ctx = await createContext(incomingCall);
    hadContext = true;
    const handlerCtx: HandlerContext = {
      user: ctx,
      input: incomingCall.input,
      call: incomingCall.call,
      entered: () => {
        entered = true;
      },
    };
    const options = {
      path,
      type,
      ctx: service.procedures === undefined ? ctx : handlerCtx,
      getRawInput: () => Promise.resolve(incomingCall.input),
      signal: incomingCall.signal,
      batchIndex: 0,
    };
    // What is loaded needs no look-up: tRPC's costs two promises, and a key in each copy of the options.
    const procedure = procedureOf(service, path);
    return procedure === undefined
      ? callTRPCProcedure({ router: service.router, ...options })
      : procedure(options);
  };

  const { interceptors } = settings;
  const started = runInCall(scope, () =>
    interceptors.length === 0 ? start(call) : intercept(interceptors, start)(call),
  );
  const end = await run.end(started);
  scope.end();
  return { end, ctx, call, entered, hadContext };
}

/** The call scope that a handler finds itself in. */
class ServedCall implements CallScope {
  readonly callId: string | undefined;
  readonly taskId: string | undefined;
  readonly attempt: number;
  readonly procedure: string;
  readonly queue: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly trace: TraceCarrier;
  readonly #deadlineMs: number;
  readonly #runtime: Runtime;
  /** Undefined: nobody wants to know how far it is. */
  readonly #reports: ProgressReports | undefined;

  constructor(
    request: ServedRequest,
    { delivery, queue, runtime }: Pick<InvocationOptions, 'delivery' | 'queue' | 'runtime'>,
  ) {
    const { admitted, attempt, deadlineMs, incoming } = request;
    const { traceHeader, traceparent } = incoming.frame;
    this.attempt = attempt;
    this.taskId = admitted.header.task;
    this.callId = admitted.callId;
    this.procedure = admitted.path;
    this.queue = queue;
    this.metadata = admitted.header.meta ?? {};
    this.trace = {
      ...(traceHeader === undefined ? {} : { traceHeader }),
      ...(traceparent === undefined ? {} : { traceparent }),
    };
    this.#deadlineMs = deadlineMs;
    this.#runtime = runtime;
    if (admitted.header.progress === true && admitted.route !== undefined) {
      this.#reports = new ProgressReports({
        runtime,
        beganAtMs: serviceNowMs(incoming) + timesReceived(incoming) * CLOCK_STEP_MS,
        tell: (value, seq) => delivery.tellProgress(value, seq, request),
      });
    }
  }

  remainingMs(): number {
    return Math.max(0, this.#deadlineMs - this.#runtime.monotonicMs());
  }

  progress(value: unknown): void {
    this.#reports?.report(value);
  }

  /** The run is over. */
  end(): void {
    this.#reports?.end();
  }
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
    senderId: senderOf(incoming),
    receiveCount: timesReceived(incoming),
    idempotencyKey: header.key,
    signal,
    call,
  };
}

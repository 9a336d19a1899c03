import {
  intercept,
  runInCall,
  type CallScope,
  type Runtime,
  type TraceCarrier,
} from '@replyq/contract/transport';
import { callTRPCProcedure } from '@trpc/server';
import type { Admitted } from './admission.ts';
import { senderOf, timesReceived, type IncomingCall, type IncomingFrame } from './incoming.ts';
import { isThenable } from './is-thenable.ts';
import type { Lease } from './leases.ts';
import type { OpenRun, OpenRuns, RunEnd } from './open-runs.ts';
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

/** What is known of a run beside how it ended. */
export interface Run {
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

/**
 * One run of an admitted request: context, interceptors, procedure; inside its call scope. What is
 * there at once is not waited for, since each wait costs the hot path a turn and an object or two.
 */
export class Invocation implements Run {
  readonly call: IncomingCall;
  ctx: unknown;
  entered: boolean;
  hadContext = false;
  readonly #admitted: Admitted;
  readonly #options: InvocationOptions;
  readonly #run: OpenRun;
  readonly #scope: ServedCall;

  constructor(request: ServedRequest, input: unknown, lease: Lease, options: InvocationOptions) {
    const { admitted, deadlineMs, incoming } = request;
    this.#admitted = admitted;
    this.#options = options;
    this.#run = options.runs.begin(deadlineMs, lease, admitted.isTask ? TASK_LATE : CALL_LATE);
    this.#scope = new ServedCall(request, options);
    this.call = incomingCall(admitted, incoming, input, this.#run.signal, this.#scope);
    // A plain router's middleware is the user's code: it counts as entered from the start.
    this.entered = admitted.service.procedures === undefined;
  }

  /** Resolves with how it ends. Once. */
  start(): Promise<RunEnd> {
    const { interceptors } = this.#options.settings;
    const started = runInCall(this.#scope, () =>
      interceptors.length === 0
        ? this.#begin(this.call)
        : intercept(interceptors, (call) => this.#begin(call))(this.call),
    );
    return new Promise((resolve) => {
      this.#run.endsWith(started, (end) => {
        this.#scope.end();
        resolve(end);
      });
    });
  }

  #begin(call: IncomingCall): Promise<unknown> {
    try {
      const ctx = this.#options.createContext(call);
      return isThenable(ctx)
        ? Promise.resolve(ctx).then((made) => this.#reach(call, made))
        : this.#reach(call, ctx);
    } catch (cause) {
      return Promise.reject(cause);
    }
  }

  #reach(call: IncomingCall, ctx: unknown): Promise<unknown> {
    this.ctx = ctx;
    this.hadContext = true;
    const { path, service, type } = this.#admitted;
    const { call: scope, input, signal } = call;
    const resolver = service.resolvers?.get(path);
    if (resolver !== undefined) {
      return resolver({ ctx, input, call: scope, signal, entered: () => (this.entered = true) });
    }
    const getRawInput = (): Promise<unknown> => Promise.resolve(input);
    const options = { path, type, ctx, getRawInput, signal, batchIndex: 0 };
    // What is loaded needs no look-up: tRPC's costs two promises, and a key in each copy of the options.
    const procedure = procedureOf(service, path);
    return procedure === undefined
      ? callTRPCProcedure({ router: service.router, ...options })
      : procedure(options);
  }
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
    this.attempt = attempt;
    this.taskId = admitted.header.task;
    this.callId = admitted.callId;
    this.procedure = admitted.path;
    this.queue = queue;
    this.metadata = admitted.header.meta ?? {};
    this.trace = traceOf(incoming);
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

function traceOf({ frame: { traceHeader, traceparent } }: IncomingFrame): TraceCarrier {
  // Most calls carry neither.
  if (traceHeader === undefined && traceparent === undefined) return {};
  return {
    ...(traceHeader === undefined ? {} : { traceHeader }),
    ...(traceparent === undefined ? {} : { traceparent }),
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
    senderId: senderOf(incoming),
    receiveCount: timesReceived(incoming),
    idempotencyKey: header.key,
    signal,
    call,
  };
}

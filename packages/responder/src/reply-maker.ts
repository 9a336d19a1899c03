import type { TRPCError } from '@trpc/server';
import type { Admitted } from './admission.ts';
import { encodeOutput } from './body-codec.ts';
import { errorBody, plainErrorBody, shownError, toOutputError, toTrpcError } from './failure.ts';
import { timesReceived, type IncomingCall, type IncomingFrame } from './incoming.ts';
import type { Run } from './invocation.ts';
import type { RunEnd } from './open-runs.ts';
import type { StoredReply } from './reply-store.ts';
import type { ResolvedAnswererSettings } from './responder-options.ts';

/** An admitted request, how it came, and until when its caller waits (monotonic milliseconds). */
export interface ServedRequest {
  readonly admitted: Admitted;
  readonly incoming: IncomingFrame;
  readonly deadlineMs: number;
  /** The number of this run, as far as is known: 1 for the first. */
  readonly attempt: number;
  /** When its handler's turn came, by the monotonic clock; undefined: it has not. */
  begunAtMs: number | undefined;
  /** When it gave its slot back. */
  endedAtMs: number | undefined;
}

export function hasBegun({ begunAtMs }: ServedRequest): boolean {
  return begunAtMs !== undefined;
}

/** What is known of a failed call beside its error. */
export interface FailureFacts {
  readonly input?: unknown;
  readonly ctx?: unknown;
  readonly call?: IncomingCall;
  /** Whether this delivery entered the user's code. */
  readonly entered: boolean;
}

/** Turns results and errors into replies, and tells `onError` of the errors. */
export class ReplyMaker {
  readonly #settings: ResolvedAnswererSettings;

  constructor(settings: ResolvedAnswererSettings) {
    this.#settings = settings;
  }

  /** The reply that a run leads to; undefined: none, since the handler never ended. */
  ofRun(
    { call, ctx, entered }: Run,
    end: RunEnd,
    request: ServedRequest,
  ): (StoredReply & { readonly outcome: string }) | undefined {
    if (end.kind === 'abandoned') return undefined;
    let cause: unknown;
    if (end.kind === 'result') {
      const { family, service } = request.admitted;
      try {
        return { ...encodeOutput(service, family, end.value), kind: 'result', outcome: 'OK' };
      } catch (unencodable) {
        cause = toOutputError(unencodable);
      }
    } else {
      ({ cause } = end);
    }
    const error = toTrpcError(cause);
    const reply = this.ofError(error, request, { input: call.input, ctx, call, entered });
    return { ...reply, outcome: error.code };
  }

  /** What a handler comes to that nobody waits for any more; undefined: it failed, as it was told to. */
  async ofLateRun(
    run: Run,
    started: Promise<unknown>,
    request: ServedRequest,
  ): Promise<StoredReply | undefined> {
    try {
      const reply = this.ofRun(run, { kind: 'result', value: await started }, request);
      // A task that returned is done, also with what cannot be encoded.
      return reply?.kind === 'result' || request.admitted.isTask ? reply : undefined;
    } catch {
      return undefined;
    }
  }

  ofError(error: TRPCError, request: ServedRequest, facts: FailureFacts): StoredReply {
    this.#tell(error, request.admitted.path, facts);
    return this.ofKnownError(error, request, facts);
  }

  /** Of an error that `onError` knows. */
  ofKnownError(
    error: TRPCError,
    { admitted, incoming }: ServedRequest,
    { ctx, entered, input }: FailureFacts,
  ): StoredReply {
    const { family, path, service, type } = admitted;
    const { exposeErrors } = this.#settings;
    if (family === 'foreign') {
      const { code, message } = shownError(error, exposeErrors);
      return { ...encodeOutput(service, 'plain', { error: { code, message } }), kind: 'error' };
    }
    const ran = entered || mayHaveRun(incoming);
    try {
      const body = errorBody(error, { service, path, type, input, ctx, ran }, exposeErrors);
      return { ...encodeOutput(service, family, body), kind: 'error' };
    } catch {
      // The router's formatter or transformer made something that cannot travel.
      return { ...encodeOutput(service, 'plain', plainErrorBody(error, ran)), kind: 'error' };
    }
  }

  #tell(error: TRPCError, procedure: string, { call, ctx, input }: FailureFacts): void {
    try {
      const told: unknown = this.#settings.onError?.({ error, procedure, input, ctx, call });
      // An async hook fits the type, too.
      if (told instanceof Promise) told.catch(ignore);
    } catch {
      // A hook watches; what it throws must not cost the reply.
    }
  }
}

/** Codes that tRPC middleware and input parsers fail with, before the procedure of a plain router. */
const EARLY: ReadonlySet<string> = new Set(['UNAUTHORIZED', 'FORBIDDEN', 'BAD_REQUEST']);

/** Whether a run that failed so is no answer to its request, since it may not have reached the procedure. */
export function isEarly(
  { entered, hadContext }: Run,
  code: string,
  { admitted }: ServedRequest,
): boolean {
  if (!entered || !hadContext) return true;
  return admitted.service.procedures === undefined && EARLY.has(code);
}

/** Another delivery of this request may have run, here or elsewhere. */
export function mayHaveRun(incoming: IncomingFrame): boolean {
  return timesReceived(incoming) > 1;
}

function ignore(): void {}

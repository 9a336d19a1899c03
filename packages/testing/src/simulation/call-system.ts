import type { CallPlan, Work } from './call-plan.ts';
import type { SimHost } from './simulation.ts';

/**
 * The system that is simulated: how a responder and a requester are made in a process. What they
 * are made of is the user's business; the simulator starts, feeds, stops and kills them.
 */
export interface CallSystem {
  /** Names of the request queues, which are there before anything starts. */
  readonly queues: readonly string[];
  openResponder(host: ResponderHost): SimResponder;
  openRequester(host: SimHost): SimRequester;
}

export interface ResponderHost extends SimHost {
  /** What each handler does, and how it is written down. */
  run(request: RunRequest): Promise<unknown>;
}

/** What a handler knows of the call that it serves. */
export interface RunRequest {
  readonly call: string;
  /** Also the value that it answers with, with the call or the key that it was for. */
  readonly input: CallInput;
  readonly callId: string;
  readonly idempotencyKey: string | undefined;
  readonly idempotent: boolean;
  readonly signal: AbortSignal;
  /** Of a task: which of its attempts this is. */
  readonly attempt?: number;
  /** After so long it takes its process with it. */
  readonly diesAfterMs?: number;
}

/** The input of each simulated call. */
export interface CallInput {
  /** The key, or the call where it has none. */
  readonly subject: string;
  readonly work: Work;
}

export interface SimResponder {
  start(): Promise<void>;
  /** Ends what is open, and begins nothing. `close` follows. */
  drain?(): Promise<void>;
  /** Closes it with all that was opened for it. */
  close(): Promise<void>;
}

export interface SimRequester {
  /** Never rejects. The name of the call goes along as metadata, so that it is no part of the input. */
  call(plan: CallPlan, input: CallInput, signal: AbortSignal | undefined): Promise<CallEnd>;
  close(): Promise<void>;
}

export interface CallEnd {
  /** `ok` or the error's code. */
  readonly outcome: string;
  readonly value?: unknown;
  readonly maybeExecuted?: boolean;
  readonly fromHandler?: boolean;
}

import type { ErrorFactories } from '../error/error-factories.ts';
import type { CallScope } from '../transport/call-scope.ts';
import type { CallableName } from './callable.ts';
import type {
  InferErrorInputs,
  InferHandlerInput,
  InferHandlerOutput,
  InferProgressInput,
} from './infer.ts';
import type { BoundProcedure } from './procedure.ts';
import type { Schema } from './schema.ts';

/**
 * The handlers that implement a contract, nested as the contract is. Subscriptions are left out;
 * they cannot be implemented yet.
 */
export type HandlersOf<TContract, TCtx, TName extends keyof TContract = CallableName<TContract>> = {
  readonly [TKey in TName]: TContract[TKey] extends BoundProcedure
    ? Handler<TContract[TKey], TCtx>
    : HandlersOf<TContract[TKey], TCtx>;
};

export type Handler<TProcedure extends BoundProcedure, TCtx> = (
  opts: HandlerOptions<TProcedure, TCtx>,
) => InferHandlerOutput<TProcedure> | Promise<InferHandlerOutput<TProcedure>>;

export interface HandlerOptions<TProcedure extends BoundProcedure, TCtx> {
  /** Validated: what the input schema made of what the caller sent. */
  readonly input: InferHandlerInput<TProcedure>;
  readonly ctx: TCtx;
  /** Aborts at the caller's deadline, and when the responder closes. */
  readonly signal: AbortSignal;
  /** `throw errors.locked(data)`: the errors that the contract declares for this procedure. */
  readonly errors: ErrorFactories<InferErrorInputs<TProcedure>>;
  /** The call that is served. */
  readonly call: CallScope;
  /**
   * Tells whoever waits for the task's result how far it is. Undefined where the contract declares no `progress`.
   * It neither waits nor throws; of values in quick succession the newest is told.
   */
  readonly progress: ReportProgress<TProcedure>;
}

export type ReportProgress<TProcedure extends BoundProcedure> =
  TProcedure['progress'] extends Schema
    ? (value: InferProgressInput<TProcedure>) => void
    : undefined;

import type { Call } from '../error/call.ts';
import type { CallableName } from './callable.ts';
import type { InferErrors, InferInput, InferOutput } from './infer.ts';
import type { BoundProcedure } from './procedure.ts';

/**
 * The typed client of a contract: one function per procedure, nested as the contract is.
 * Subscriptions are left out; they cannot be called yet.
 */
export type ClientOf<
  TContract,
  TCallOptions,
  TName extends keyof TContract = CallableName<TContract>,
> = {
  readonly [TKey in TName]: TContract[TKey] extends BoundProcedure
    ? ClientProcedure<TContract[TKey], TCallOptions>
    : ClientOf<TContract[TKey], TCallOptions>;
};

/** Calls one procedure. The input may be left out where `undefined` is a valid one. */
export type ClientProcedure<TProcedure extends BoundProcedure, TCallOptions> = (
  ...args: ClientArgs<InferInput<TProcedure>, TCallOptions>
) => Call<InferOutput<TProcedure>, InferErrors<TProcedure>>;

type ClientArgs<TInput, TCallOptions> = undefined extends TInput
  ? [input?: TInput, options?: TCallOptions]
  : [input: TInput, options?: TCallOptions];

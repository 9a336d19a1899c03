import type { InferErrors } from '../define/infer.ts';
import type { BoundProcedure } from '../define/procedure.ts';
import type { DeclaredRpcError } from './call-error.ts';
import { RpcError } from './rpc-error.ts';

/**
 * Whether `error` is the declared error `name` of `procedure`, sent by its responder. False for the
 * same name from another procedure, which may mean something else. Never throws.
 */
export function isDeclared<
  TProcedure extends BoundProcedure,
  TName extends keyof InferErrors<TProcedure> & string,
>(
  error: unknown,
  procedure: TProcedure,
  name: TName,
): error is DeclaredRpcError<TName, InferErrors<TProcedure>[TName]> {
  return (
    RpcError.is(error) &&
    error.code === 'DECLARED' &&
    error.origin === 'remote' &&
    error.declared === name &&
    error.procedure === procedure.path
  );
}

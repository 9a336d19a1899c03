import type { InferErrorInputs } from '../define/infer.ts';
import type { ProcedureDef } from '../define/procedure.ts';
import { DeclaredError } from './declared-error.ts';

/** One function per declared error; `TErrors` is name to data as the handler gives it. */
export type ErrorFactories<TErrors> = {
  readonly [TName in keyof TErrors & string]: ErrorFactory<TName, TErrors[TName]>;
};

/** Makes the error; throwing it is the handler's. The data may be left out where there is none. */
export type ErrorFactory<TName extends string, TData> = (
  ...args: undefined extends TData
    ? [data?: TData, message?: string]
    : [data: TData, message?: string]
) => DeclaredError<TName, TData>;

/** The `errors` of a handler's argument. Without prototype: an undeclared name is undefined. */
export function errorFactories<TProcedure extends ProcedureDef>(
  procedure: TProcedure,
): ErrorFactories<InferErrorInputs<TProcedure>> {
  const factories: Record<string, unknown> = Object.create(null);
  for (const declared of Object.keys(procedure.errors)) {
    factories[declared] = (data?: unknown, message?: string) =>
      new DeclaredError({ declared, data, ...(message === undefined ? {} : { message }) });
  }
  return Object.freeze(factories) as ErrorFactories<InferErrorInputs<TProcedure>>;
}

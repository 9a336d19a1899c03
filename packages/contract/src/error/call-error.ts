import type { RpcError } from './rpc-error.ts';

/** An error that the contract declares, as the caller gets it. */
export type DeclaredRpcError<TName extends string, TData> = RpcError<TData> & {
  readonly code: 'DECLARED';
  readonly declared: TName;
};

/** One of a call's declared errors (`TErrors` is name to data): `declared` tells which. */
export type RpcErrorOf<TErrors> = {
  [TName in keyof TErrors & string]: DeclaredRpcError<TName, TErrors[TName]>;
}[keyof TErrors & string];

/** Any other error: nobody declared it. */
export type UndeclaredRpcError = RpcError & { readonly declared: undefined };

/** All that a call can fail with. `error.declared === 'locked'` narrows `error.data`. */
export type CallError<TErrors> = RpcErrorOf<TErrors> | UndeclaredRpcError;

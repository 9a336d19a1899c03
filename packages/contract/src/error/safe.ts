import type { CallError } from './call-error.ts';
import type { Call, NoErrors } from './call.ts';
import { RpcError } from './rpc-error.ts';

/** Exactly one of a call's two ends. */
export type SafeResult<TOutput, TErrors = NoErrors> =
  | { readonly error: null; readonly data: TOutput }
  | { readonly error: CallError<TErrors>; readonly data: undefined };

/**
 * Waits for a call without throwing: `const { error, data } = await safe(client.login(input))`.
 * Never rejects; what is not an `RpcError` is wrapped in one.
 *
 * A responder with a newer contract may declare errors that this side does not know, so switch over
 * `error.declared` with a default branch.
 */
export async function safe<TOutput, TErrors = NoErrors>(
  call: Call<TOutput, TErrors>,
): Promise<SafeResult<TOutput, TErrors>> {
  try {
    return { error: null, data: await call };
  } catch (cause) {
    return { error: RpcError.from(cause) as CallError<TErrors>, data: undefined };
  }
}

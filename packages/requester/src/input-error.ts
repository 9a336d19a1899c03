import { messageOf, RpcError, type RpcErrorOptions } from '@replyq/contract';
import { WireError } from '@replyq/contract/wire';

/** What an input that cannot be encoded is to the caller. Nothing was sent. */
export function inputError(
  cause: unknown,
  about: Pick<RpcErrorOptions, 'procedure' | 'queue' | 'attempt'>,
): RpcError {
  // Not always a WireError: a getter of the input's or a transformer may throw anything.
  const tooLarge = cause instanceof WireError && cause.reason === 'tooLarge';
  const code = tooLarge ? 'PAYLOAD_TOO_LARGE' : 'BAD_REQUEST';
  const message = `The input of "${about.procedure}" cannot be sent: ${messageOf(cause)}`;
  return new RpcError({ ...about, code, cause, message });
}

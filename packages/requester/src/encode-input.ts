import { RpcError, type BoundProcedure } from '@replyq/contract';
import { encodeValue } from '@replyq/contract/wire';
import type { CallAbout } from './call-options.ts';
import { inputError } from './input-error.ts';

/** The input of one of a contract's procedures as a body. Throws an `RpcError`: nothing was sent. */
export function encodeInput(
  { input: schema, path }: BoundProcedure,
  input: unknown,
  about: CallAbout,
): ReturnType<typeof encodeValue> {
  if (schema === undefined && input !== undefined) {
    const message = `"${path}" takes no input; options are the second argument.`;
    throw new RpcError({ ...about, code: 'BAD_REQUEST', message });
  }
  try {
    return encodeValue(input);
  } catch (cause) {
    throw inputError(cause, about);
  }
}

import { RpcError } from '@replyq/contract';

/** What an option is refused with. */
export function refused(message: string): RpcError {
  return new RpcError({ code: 'BAD_REQUEST', message });
}

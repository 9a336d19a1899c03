import type { RpcErrorCode } from '@replyq/contract';
import type { RefusalReason } from '@replyq/contract/transport';

/** What a refusal by the outbox is to the caller. All of them: surely not sent. */
export const REFUSALS: Readonly<Record<RefusalReason, RpcErrorCode>> = {
  gone: 'NOT_SENT',
  denied: 'NOT_SENT',
  unavailable: 'NOT_SENT',
  tooLarge: 'PAYLOAD_TOO_LARGE',
  invalid: 'BAD_REQUEST',
  overloaded: 'OVERLOADED',
  closed: 'CLOSED',
};

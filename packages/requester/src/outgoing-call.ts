import type { ProcedureType } from '@replyq/contract';
import type { QueueRef } from '@replyq/contract/transport';
import type { CallOptions } from './call-options.ts';

/** What an interceptor of the requester sees of a call, before it is encoded. */
export interface OutgoingCall {
  readonly contract: string | undefined;
  readonly procedure: string;
  readonly type: ProcedureType;
  readonly queue: QueueRef;
  readonly input: unknown;
  readonly options: CallOptions;
}

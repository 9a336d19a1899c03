import type { QueueRef } from '@replyq/contract/transport';
import type { Content } from '@replyq/contract/wire';
import type { CallOptions } from './call-options.ts';
import type { PendingCallInit } from './pending-call.ts';

/** One request to be asked: encoded already, since that is done once however often it is sent. */
export interface Question {
  readonly queue: QueueRef;
  /** Undefined: a plain request, which names none. */
  readonly procedure: string | undefined;
  /** Undefined: a plain message without replyq's header, for responders of other kinds. */
  readonly header: QuestionHeader | undefined;
  readonly body: string;
  /** The procedure's own, used when the options name none. */
  readonly timeoutMs: number | undefined;
  /** 1 for the first attempt of a call that something above repeats. */
  readonly attempt: number;
  /** The id of an earlier attempt of which nobody knows what came of it. */
  readonly repeats?: string;
  /** False: it leaves in a message of its own. */
  readonly pack: boolean;
  readonly options: CallOptions;
  readonly decode: PendingCallInit['decode'];
}

export interface QuestionHeader {
  readonly type: 'query' | 'mutation' | 'subscription';
  readonly contract: string | undefined;
  readonly content: Content;
}

import type { TaskFailure } from '@replyq/contract/wire';

/** What a dead letter is. All of it is a peer's text: show it, do not trust it. */
export type DeadLetterKind =
  /** A task, or a call: `awaited` tells. */
  | 'request'
  /** Not written by replyq. */
  | 'foreign'
  /** Written by replyq, or as if, and unreadable. */
  | 'malformed';

export type DeadLetterInput =
  | { readonly kind: 'decoded'; readonly value: unknown }
  /** `why` it could not be decoded. */
  | { readonly kind: 'raw'; readonly why: string };

/** One entry of a dead-letter queue: a message, or one frame of a message that carries several. */
export interface DeadLetter {
  readonly messageId: string;
  /** Which frame of its message, from 0, and of how many. */
  readonly frame: number;
  readonly frames: number;
  /** By the service's clock, epoch milliseconds; kept when SQS itself moved the message here. */
  readonly sentAtMs: number;
  /** Receives in the dead-letter queue, this look among them. */
  readonly receiveCount: number;
  readonly groupId?: string;
  readonly kind: DeadLetterKind;
  /** Of a request. */
  readonly procedure?: string;
  /** Of a request that names one. */
  readonly contract?: string;
  /** The task's id, where it has one. */
  readonly task?: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly input: DeadLetterInput;
  readonly body: string;
  /** Why its worker gave it up. Absent: it did not say; SQS's redrive policy moved the message. */
  readonly failure?: TaskFailure;
  /** Somebody asked for a reply: a call, not a task. */
  readonly awaited: boolean;
}

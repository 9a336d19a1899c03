import type { Alarm } from '@replyq/contract/transport';
import type { MessageAttributes } from '@replyq/contract/wire';
import type { OutgoingMessage, ReceivedMessage } from '@replyq/queue';

/** A message as one queue keeps it. Only that queue changes it. */
export interface StoredMessage {
  readonly messageId: string;
  readonly body: string;
  /** Frozen, but for the bytes of Binary values. */
  readonly attributes: MessageAttributes;
  /** Whether an attribute is Binary, so that each receiver needs a copy. */
  readonly hasBytes: boolean;
  readonly traceHeader: string | undefined;
  readonly groupId: string | undefined;
  /** The queue whose redrive policy moved it here. */
  readonly deadFrom: string | undefined;
  /** When it was sent by the service's clock, for receivers. */
  readonly sentAtMs: number;
  /** When it was stored on the monotonic clock; retention counts from here. */
  readonly storedAtMs: number;
  /** Its number in this queue, in the order of sends. */
  readonly sequence: number;
  /** Its rank on a standard queue's shelf. Owned by the shelf. */
  rank: number;
  place: MessagePlace;
  receiveCount: number;
  firstReceivedAtMs: number | undefined;
  /** The newest receipt, kept after its visibility timeout until the next receive. */
  receiptHandle: string | undefined;
  /** When the newest receive was, monotonic. */
  receivedAtMs: number;
  /** Brings a delayed or in-flight message back. */
  alarm: Alarm | undefined;
}

export type MessagePlace = 'visible' | 'delayed' | 'inFlight' | 'gone';

export function storeMessage(
  message: Pick<OutgoingMessage, 'body' | 'attributes'> & {
    readonly traceHeader?: string | undefined;
    readonly groupId?: string | undefined;
  },
  stamp: Pick<StoredMessage, 'messageId' | 'sentAtMs' | 'storedAtMs' | 'sequence'>,
  deadFrom?: string,
): StoredMessage {
  return {
    messageId: stamp.messageId,
    body: message.body,
    attributes: copyAttributes(message.attributes),
    hasBytes: Object.values(message.attributes).some(({ value }) => typeof value !== 'string'),
    traceHeader: message.traceHeader,
    groupId: message.groupId,
    deadFrom,
    sentAtMs: stamp.sentAtMs,
    storedAtMs: stamp.storedAtMs,
    sequence: stamp.sequence,
    rank: stamp.sequence,
    place: 'delayed',
    receiveCount: 0,
    firstReceivedAtMs: undefined,
    receiptHandle: undefined,
    receivedAtMs: 0,
    alarm: undefined,
  };
}

/** What a receiver gets: its own copy, so that nothing it does reaches the next receiver. */
export function toReceived(
  message: StoredMessage,
  receipt: Pick<ReceivedMessage, 'receiptHandle' | 'firstReceivedAtMs' | 'senderId'>,
): ReceivedMessage {
  const received: Writable<ReceivedMessage> = {
    messageId: message.messageId,
    body: message.body,
    attributes: message.hasBytes ? copyAttributes(message.attributes) : message.attributes,
    sentAtMs: message.sentAtMs,
    receiveCount: message.receiveCount,
    ...receipt,
  };
  if (message.traceHeader !== undefined) received.traceHeader = message.traceHeader;
  if (message.groupId !== undefined) received.groupId = message.groupId;
  return received;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function copyAttributes(attributes: MessageAttributes): MessageAttributes {
  // Spread, so that a name like __proto__ is a name like others from here on.
  const copy = { ...attributes };
  for (const [name, { type, value }] of Object.entries(copy)) {
    copy[name] = Object.freeze({
      type,
      value: typeof value === 'string' ? value : Uint8Array.from(value),
    });
  }
  return Object.freeze(copy);
}

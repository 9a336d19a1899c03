import {
  ATTRIBUTE,
  isSqsText,
  writeMessage,
  writePack,
  type MessageAttribute,
  type MessageAttributes,
  type MessageParts,
  type WireFrame,
} from '@replyq/contract/wire';
import type { OutgoingMessage, ReceivedMessage } from '@replyq/queue';

/** SQS's grammar for the ids of FIFO queues. */
const FIFO_ID = /^[!-~]{1,120}$/;

/** Whether the frame of a pack can be a message of its own. */
export function canTravelAlone({ body, header, malformed }: WireFrame): boolean {
  return header !== undefined && malformed === undefined && body !== '' && isSqsText(body);
}

/** The message without what its death has left on it; all else as it is. `frame`: the only one in it. */
export function revived(message: ReceivedMessage, frame: WireFrame | undefined): MessageParts {
  const { others } = parted(message.attributes);
  const header = firstTry(frame?.header);
  const written = header && writeMessage({ header, body: '', attributes: {} }).attributes;
  return { ...traceOf(message), body: message.body, attributes: { ...others, ...written } };
}

/** A frame of a pack as a message of its own. */
export function revivedFrame(frame: WireFrame): MessageParts {
  const header = firstTry(frame.header);
  return writeMessage(header === undefined ? frame : { ...frame, header });
}

/** As it was received. */
export function unchanged(message: ReceivedMessage): MessageParts {
  return { ...traceOf(message), body: message.body, attributes: message.attributes };
}

/** What stays of a pack, in as few messages as before: still dead, for the same reason. */
export function stillDead(message: ReceivedMessage, frames: readonly WireFrame[]): MessageParts {
  const [first] = frames;
  const parts =
    frames.length === 1 && first !== undefined ? writeMessage(first) : writePack(frames);
  const { failure } = parted(message.attributes);
  if (failure === undefined) return parts;
  return { ...parts, attributes: { ...parts.attributes, [ATTRIBUTE.failure]: failure } };
}

/**
 * The id by which a FIFO queue knows duplicates: it comes from what is copied, so that a run which was
 * interrupted and begun again within five minutes doubles nothing. Undefined: the id has not the form.
 */
export function copyId({ messageId }: ReceivedMessage, frame: number): string | undefined {
  const id = `redrive.${messageId}.${frame}`;
  return FIFO_ID.test(id) ? id : undefined;
}

/** As it is sent. `deduplicationId` is for FIFO queues. */
export function toSend(
  parts: MessageParts,
  { groupId, messageId }: ReceivedMessage,
  deduplicationId: string | undefined,
): OutgoingMessage {
  if (deduplicationId !== undefined) {
    return { ...parts, groupId: groupId ?? messageId, deduplicationId };
  }
  return groupId === undefined ? parts : { ...parts, groupId };
}

/** Runs are counted anew. */
function firstTry(header: WireFrame['header']): WireFrame['header'] {
  if (header === undefined || !Object.hasOwn(header, 'try')) return undefined;
  const { try: _, ...rest } = header;
  return rest;
}

function parted(attributes: MessageAttributes): {
  failure: MessageAttribute | undefined;
  others: MessageAttributes;
} {
  const entries = Object.entries(attributes);
  return {
    failure: entries.find(isFailure)?.[1],
    others: Object.fromEntries(entries.filter((entry) => !isFailure(entry))),
  };
}

function traceOf({ traceHeader }: ReceivedMessage): { readonly traceHeader?: string } {
  return traceHeader === undefined ? {} : { traceHeader };
}

function isFailure([name]: readonly [string, unknown]): boolean {
  return name === ATTRIBUTE.failure;
}

import type { Runtime } from '@replyq/contract/transport';
import { readMessage, type MessageAttribute } from '@replyq/contract/wire';
import type { IncomingFrame } from './incoming.ts';
import type { SqsMessageAttribute, SqsRecord } from './lambda-event.ts';

/**
 * The frames of a record, each with an age that goes on from here. A first receive is told in the
 * service's own clock; for a later one Lambda gives no service time, so the wall clock stands in.
 *
 * @throws TypeError where the record is not what Lambda sends.
 */
export function incomingFrames(record: SqsRecord, runtime: Runtime): readonly IncomingFrame[] {
  const { attributes, body, messageAttributes, messageId } = record;
  const { AWSTraceHeader: traceHeader, MessageGroupId: groupId, SenderId: senderId } = attributes;
  const sentAtMs = toNumber('SentTimestamp', attributes.SentTimestamp);
  const receiveCount = toNumber('ApproximateReceiveCount', attributes.ApproximateReceiveCount);
  const seenAtMs =
    receiveCount <= 1
      ? toNumber('ApproximateFirstReceiveTimestamp', attributes.ApproximateFirstReceiveTimestamp)
      : runtime.nowMs();
  const ageAtStartMs = Math.max(0, seenAtMs - sentAtMs);
  const startedMs = runtime.monotonicMs();
  const frames = readMessage({
    body,
    attributes: Object.fromEntries(
      Object.entries(messageAttributes).map(([name, attribute]) => [name, toAttribute(attribute)]),
    ),
    ...(traceHeader === undefined ? {} : { traceHeader }),
  });
  return frames.map((frame) => ({
    frame,
    messageId,
    sentAtMs,
    receiveCount,
    senderId,
    groupId,
    // Lambda deletes the record, or not; whether this function may send to its queue is not known.
    separable: false,
    ageMs: () => ageAtStartMs + (runtime.monotonicMs() - startedMs),
  }));
}

function toAttribute(attribute: SqsMessageAttribute): MessageAttribute {
  const { binaryValue, dataType: type, stringValue } = attribute;
  const isBinary = type === 'Binary' || type.startsWith('Binary.');
  return isBinary
    ? { type, value: new Uint8Array(Buffer.from(binaryValue ?? '', 'base64')) }
    : { type, value: stringValue ?? '' };
}

function toNumber(name: string, text: string): number {
  const value = Number(text);
  if (typeof text === 'string' && text !== '' && Number.isFinite(value)) return value;
  throw new TypeError(`The record's ${name} is not a number.`);
}

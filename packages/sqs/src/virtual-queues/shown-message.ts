import type { Message, ReceiveMessageCommandInput } from '@aws-sdk/client-sqs';
import { ATTRIBUTE } from '@replyq/contract/wire';
import { ownDeduplicationId } from './deduplication-id.ts';

type Asked = Pick<
  ReceiveMessageCommandInput,
  'AttributeNames' | 'MessageAttributeNames' | 'MessageSystemAttributeNames'
>;

/**
 * A message of the host queue as the reader of a virtual queue asked for it: with the attributes that it
 * named. Not shown is the one that names the virtual queue; and `MD5OfMessageAttributes`, which is of all.
 */
export function shownMessage(
  raw: Message,
  receiptHandle: string,
  virtualQueue: string,
  asked: Asked,
): Message {
  const { Attributes, MD5OfMessageAttributes: _, MessageAttributes, ...shown } = raw;
  const message: Message = { ...shown, ReceiptHandle: receiptHandle };
  const attributes = pick(MessageAttributes ?? {}, (name) => {
    return name !== ATTRIBUTE.virtualQueue && isAsked(name, asked.MessageAttributeNames ?? []);
  });
  if (attributes !== undefined) message.MessageAttributes = attributes;
  const names = [...(asked.AttributeNames ?? []), ...(asked.MessageSystemAttributeNames ?? [])];
  const system = pick(Attributes ?? {}, (name) => isAsked(name, names));
  if (system !== undefined) message.Attributes = own(system, virtualQueue);
  return message;
}

/** By name, `All`, or `prefix.*`. API reference, ReceiveMessage. */
function isAsked(name: string, asked: readonly string[]): boolean {
  return asked.some(
    (ask) =>
      ask === 'All' ||
      ask === '.*' ||
      ask === name ||
      (ask.endsWith('.*') && name.startsWith(ask.slice(0, -1))),
  );
}

/** Undefined for none, as SQS leaves them out. */
function pick<T>(
  record: Readonly<Record<string, T>>,
  wanted: (name: string) => boolean,
): Record<string, T> | undefined {
  const entries = Object.entries(record).filter(([name]) => wanted(name));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

type System = NonNullable<Message['Attributes']>;

function own(system: System, virtualQueue: string): System {
  const { MessageDeduplicationId: id } = system;
  if (id === undefined) return system;
  return { ...system, MessageDeduplicationId: ownDeduplicationId(virtualQueue, id) };
}

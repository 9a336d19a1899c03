import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { MessageAttribute, MessageAttributes } from '@replyq/contract/wire';

/** The port's attributes as the SDK wants them; undefined for none, since SQS refuses empty maps. */
export function encodeAttributes(
  attributes: MessageAttributes,
): Record<string, MessageAttributeValue> | undefined {
  const encoded: [string, MessageAttributeValue][] = [];
  for (const [name, { type, value }] of Object.entries(attributes)) {
    const data = typeof value === 'string' ? { StringValue: value } : { BinaryValue: value };
    encoded.push([name, { DataType: type, ...data }]);
  }
  return encoded.length === 0 ? undefined : Object.fromEntries(encoded);
}

/** Attributes without a type or a value are left out: the service would not have taken them. */
export function decodeAttributes(
  attributes: Record<string, MessageAttributeValue> | undefined,
): MessageAttributes {
  if (attributes === undefined) return {};
  const decoded: [string, MessageAttribute][] = [];
  for (const [name, { DataType: type, StringValue, BinaryValue }] of Object.entries(attributes)) {
    const value = StringValue ?? BinaryValue;
    if (type !== undefined && value !== undefined) decoded.push([name, { type, value }]);
  }
  // fromEntries makes own properties, whatever a name is: `__proto__` is a legal one.
  return Object.fromEntries(decoded);
}

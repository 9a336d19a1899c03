import type { MessageAttributes } from '@replyq/contract/wire';

/**
 * The size of a message as SQS counts it: the body in UTF-8, and of each attribute its name, its
 * type and its value. Trace headers are free.
 */
export function messageBytes(message: {
  readonly body: string;
  readonly attributes: MessageAttributes;
}): number {
  let bytes = Buffer.byteLength(message.body);
  for (const [name, { type, value }] of Object.entries(message.attributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(type);
    bytes += typeof value === 'string' ? Buffer.byteLength(value) : value.byteLength;
  }
  return bytes;
}

import type { MessageAttributes } from '@replyq/contract/wire';

/** A message as both sides tell of it in JSON; bytes are base64. */
export interface PlainMessage {
  readonly body: string;
  readonly attributes: Readonly<Record<string, PlainAttribute>>;
}

export interface PlainAttribute {
  readonly type: string;
  readonly value: string;
}

export function plainMessage(body: string, attributes: MessageAttributes = {}): PlainMessage {
  return {
    body,
    attributes: Object.fromEntries(
      Object.entries(attributes)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, { type, value }]) => [
          name,
          {
            type,
            value: typeof value === 'string' ? value : Buffer.from(value).toString('base64'),
          },
        ]),
    ),
  };
}

export function textAttribute(value: string): PlainAttribute {
  return { type: 'String', value };
}

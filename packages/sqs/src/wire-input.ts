import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { Input, OperationName } from './sqs-api.ts';

type AnyInput = Input<OperationName>;

/** The body of a request: the SDK's input as JSON, its bytes as base64. */
export function encodeInput(input: AnyInput): string {
  return JSON.stringify('Entries' in input && hasBytes(input) ? withBase64(input) : input);
}

interface WithEntries {
  readonly Entries: readonly Entry[] | undefined;
}

interface Entry {
  readonly Id: string | undefined;
  readonly MessageAttributes?: Readonly<Record<string, MessageAttributeValue>> | undefined;
}

function hasBytes({ Entries = [] }: WithEntries): boolean {
  for (const { MessageAttributes } of Entries) {
    for (const name in MessageAttributes) {
      if (MessageAttributes[name]?.BinaryValue !== undefined) return true;
    }
  }
  return false;
}

function withBase64({ Entries = [], ...rest }: WithEntries): object {
  return {
    ...rest,
    Entries: Entries.map((entry) =>
      entry.MessageAttributes === undefined
        ? entry
        : { ...entry, MessageAttributes: encodeBytes(entry.MessageAttributes) },
    ),
  };
}

function encodeBytes(attributes: Readonly<Record<string, MessageAttributeValue>>): object {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => {
      const { BinaryValue } = value;
      return [
        name,
        BinaryValue === undefined ? value : { ...value, BinaryValue: base64(BinaryValue) },
      ];
    }),
  );
}

function base64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

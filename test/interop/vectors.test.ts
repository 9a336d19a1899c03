// What the Java side was seen to write, by our own codec; that it still writes so is what the command tests.
import {
  decodeReply,
  decodeRequest,
  parseReplyAddress,
  readMessage,
  writeMessage,
} from '@replyq/contract/wire';
import { HOST_QUEUE_TAGS } from '@replyq/queue';
import { expect, it } from 'vitest';
import type { PlainMessage } from './message.ts';
import { vectors } from './vectors.ts';

const UUIDS = ['f09ccaf2-0912-43c2-8d95-58b633888679', '5292e9a7-d2db-4950-92b0-d7cbbf2db224'];

/** With something in the places of the names. */
function concrete(message: PlainMessage): PlainMessage {
  const text = JSON.stringify(message)
    .replaceAll('<service>', 'http://localhost:9324/000000000000')
    .replaceAll(/<uuid (\d)>/g, (_, n: string) => UUIDS[Number(n) - 1] ?? '')
    .replaceAll('<client>', 'c7Kq2mX0pLrTv8Zs')
    .replaceAll('<call 1>', 'c7Kq2mX0pLrTv8Zs1');
  return JSON.parse(text) as PlainMessage;
}

it.each(['javaRequest', 'replyqRequest'] as const)('%s is a foreign request', (name) => {
  const message = concrete(vectors[name]);
  const [frame] = readMessage(message);
  expect(decodeRequest(frame!)).toEqual({ kind: 'foreign' });
  expect(parseReplyAddress(frame?.replyTo ?? '').kind).toBe('address');
  expect(writeMessage(frame!)).toEqual(message);
});

it.each(['javaReply', 'javaReplyToReplyq'] as const)('%s is a reply in text', (name) => {
  const message = concrete(vectors[name]);
  const [frame] = readMessage(message);
  expect(decodeReply(frame!)).toEqual({ kind: 'foreign', body: 're:one' });
  expect(writeMessage(frame!)).toEqual(message);
});

it('a reply to a Java requester differs from Java’s by the header alone', () => {
  const message = concrete(vectors.replyqReply);
  const [frame] = readMessage(message);
  expect(decodeReply(frame!)).toMatchObject({ kind: 'reply', body: 're:one' });
  expect(writeMessage(frame!)).toEqual(message);
  const { replyq: _, ...bare } = message.attributes;
  expect({ ...message, attributes: bare }).toEqual(concrete(vectors.javaReply));
});

it('both sides tag their host queues alike', () => {
  expect(vectors.replyqHostTags).toEqual(vectors.javaHostTags);
  expect(Object.keys(vectors.javaHostTags)).toEqual(Object.values(HOST_QUEUE_TAGS).toSorted());
});

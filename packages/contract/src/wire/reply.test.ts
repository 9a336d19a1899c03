import { describe, expect, it } from 'vitest';
import type { WireFrame } from './frame.ts';
import { readMessage, writeMessage } from './message.ts';
import { decodeReply, encodeReplyHeader, type ReplyHeader } from './reply.ts';

function reply(header: Record<string, unknown>, more: Partial<WireFrame> = {}): WireFrame {
  const frame = { virtualQueue: 'id', header, body: '5', attributes: {}, ...more };
  return readMessage(writeMessage(frame))[0]!;
}

describe('decodeReply', () => {
  it.each<ReplyHeader>([
    { v: 1, kind: 'result', content: 'json' },
    { v: 1, kind: 'error', content: 'trpc', packs: 32 },
    { v: 1, kind: 'event', seq: 0, content: 'superjson', packs: 0 },
    { v: 1, kind: 'end', seq: 7, content: 'json' },
  ])('gives back $kind as it was encoded', (header) => {
    const frame = reply({ ...encodeReplyHeader(header) });
    expect(decodeReply(frame)).toEqual({ kind: 'reply', header, body: '5' });
  });

  it('takes a reply without our header as a result in text', () => {
    expect(decodeReply({ virtualQueue: 'id', body: 'done', attributes: {} })).toEqual({
      kind: 'foreign',
      body: 'done',
    });
  });

  it('E7: drops a request', () => {
    expect(decodeReply({ replyTo: 'x#y', body: '', attributes: {} })).toEqual({ kind: 'drop' });
    expect(decodeReply({ procedure: 'login', header: {}, body: '', attributes: {} })).toEqual({
      kind: 'drop',
    });
    expect(decodeReply(reply({ v: 1, type: 'query', at: 1 }))).toEqual({ kind: 'drop' });
  });

  it('takes a reply of a foreign responder that copied the request’s address', () => {
    expect(
      decodeReply({ virtualQueue: 'id', replyTo: 'x#id', body: 'done', attributes: {} }),
    ).toEqual({ kind: 'foreign', body: 'done' });
  });

  it('takes a reply of a foreign responder that copied all of the request, but of no other request', () => {
    const header = { v: 1, type: 'query', at: 1, content: 'json' };
    const copy = { replyTo: 'http://h/000000000000/q#id', procedure: 'login' };
    expect(decodeReply(reply(header, copy))).toEqual({ kind: 'foreign', body: '5' });
    const other = { ...copy, replyTo: 'http://h/000000000000/q#other' };
    expect(decodeReply(reply(header, other))).toEqual({ kind: 'drop' });
    expect(decodeReply(reply({ v: 1, kind: 'error' }, copy))).toMatchObject({ kind: 'reply' });
  });

  it.each<Record<string, unknown>>([
    { v: 2 },
    { v: undefined },
    { kind: 'toString' },
    { kind: '__proto__' },
    { kind: undefined },
    { content: 'xml' },
    { '!x': 1 },
    { ref: 's3' },
    { packs: -1 },
    { packs: 1.5 },
    { packs: '32' },
    { kind: 'event' },
    { kind: 'end' },
    ...[-1, 1.5, '1', null].map((seq) => ({ kind: 'event', seq })),
  ])('Y8, Y9: cannot read a reply with %j', (change) => {
    const frame = reply({ v: 1, kind: 'result', content: 'json', ...change });
    expect(decodeReply(frame)).toMatchObject({ kind: 'bad' });
  });

  it('believes no more frames than one message may hold', () => {
    const frame = reply({ v: 1, kind: 'result', content: 'json', packs: 1_000_000_000 });
    expect(decodeReply(frame)).toMatchObject({ header: { packs: 256 } });
  });

  it('cannot read a body past the limit, nor a malformed frame', () => {
    const header = { v: 1, kind: 'result', content: 'json' };
    expect(decodeReply(reply(header, { body: 'x'.repeat(2 ** 20 + 1) }))).toMatchObject({
      kind: 'bad',
    });
    expect(decodeReply({ virtualQueue: 'id', malformed: 'So.', body: '', attributes: {} })).toEqual(
      { kind: 'bad', message: 'So.' },
    );
  });
});

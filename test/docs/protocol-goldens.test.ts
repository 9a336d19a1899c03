import { readFileSync } from 'node:fs';
import {
  decodeErrorBody,
  decodeReply,
  decodeRequest,
  decodeValue,
  encodeErrorBody,
  encodeReplyHeader,
  encodeRequestHeader,
  encodeValue,
  isSqsText,
  parseReplyAddress,
  readMessage,
  writeMessage,
  writePack,
  type MessageParts,
  type WireFrame,
} from '@replyq/contract/wire';
import { describe, expect, it } from 'vitest';

const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');
const goldens = new Map(
  [...page.matchAll(/^```json golden (\S+)\n(.*?)^```$/gms)].map(
    ([, name = '', json = '']) => [name, JSON.parse(json) as MessageParts] as const,
  ),
);

function golden(name: string): MessageParts {
  const parts = goldens.get(name);
  if (parts === undefined) throw new Error(`docs/protocol.md has no golden ${name}`);
  return parts;
}

function only(name: string): WireFrame {
  const frames = readMessage(golden(name));
  expect(frames).toHaveLength(1);
  return frames[0]!;
}

/** The value of a frame's body, which must encode to the same bytes. */
function valueOf(frame: WireFrame, direction: 'request' | 'reply'): unknown {
  const content = frame.header?.['content'] === 'superjson' ? 'superjson' : 'json';
  const value = decodeValue(content, frame.body, { direction });
  expect(encodeValue(value)).toEqual({ content, body: frame.body });
  return value;
}

describe('docs/protocol.md', () => {
  it('shows each kind of message once', () => {
    expect([...goldens.keys()]).toEqual([
      'request',
      'foreign',
      'reply',
      'error',
      'declared',
      'superjson',
      'packed-requests',
      'packed-replies',
    ]);
  });

  it.each([...goldens])('shows a message that is written as it is read: %s', (name, parts) => {
    const frames = readMessage(parts);
    const written = name.startsWith('packed') ? writePack(frames) : writeMessage(frames[0]!);
    expect(written).toEqual(parts);
    expect(isSqsText(parts.body)).toBe(true);
  });

  it('shows a request', () => {
    const decoded = decodeRequest(only('request'));
    if (decoded.kind !== 'request') throw new Error(decoded.kind);
    const { timeoutMs = 0, ...rest } = decoded.header;
    expect(encodeRequestHeader({ timeoutMs, ...rest })).toEqual(only('request').header);
    expect(decoded).toMatchObject({ procedure: 'login', callId: 'c7Kq2mX0pLrTv8Zs1' });
    expect(valueOf(only('request'), 'request')).toEqual({ user: 'ada', password: 'secret' });
  });

  it('shows reply addresses that are addresses', () => {
    for (const name of ['request', 'foreign', 'superjson']) {
      expect(parseReplyAddress(only(name).replyTo ?? '')).toMatchObject({ kind: 'address' });
    }
  });

  it('shows a foreign request', () => {
    expect(decodeRequest(only('foreign'))).toEqual({ kind: 'foreign' });
    expect(only('foreign').attributes).toEqual({ priority: { type: 'Number', value: '5' } });
  });

  it('shows a reply', () => {
    const decoded = decodeReply(only('reply'));
    if (decoded.kind !== 'reply') throw new Error(decoded.kind);
    expect(decoded.header).toEqual({ v: 1, kind: 'result', content: 'json', packs: 32 });
    expect(encodeReplyHeader(decoded.header)).toEqual(only('reply').header);
    expect(only('reply').virtualQueue).toBe('c7Kq2mX0pLrTv8Zs1');
    expect(valueOf(only('reply'), 'reply')).toEqual({ token: 't-1', roles: ['admin'] });
  });

  it('shows errors', () => {
    const plain = valueOf(only('error'), 'reply');
    expect(decodeErrorBody(plain)).toMatchObject({ code: 'NOT_FOUND', ran: false });
    expect(
      encodeErrorBody({
        message: 'No such user.',
        code: 'NOT_FOUND',
        data: { path: 'user.byId' },
        ran: false,
      }),
    ).toEqual(plain);
    const declared = { name: 'locked', data: { until: new Date('2026-11-21T20:00:00.000Z') } };
    const body = valueOf(only('declared'), 'reply');
    expect(decodeErrorBody(body)).toMatchObject({ code: 'DECLARED', declared, ran: true });
    expect(
      encodeErrorBody({ message: 'Locked.', code: 'UNPROCESSABLE_CONTENT', declared }),
    ).toEqual(body);
  });

  it('shows a superjson body', () => {
    expect(valueOf(only('superjson'), 'request')).toEqual({
      at: new Date('2026-11-21T20:00:00.000Z'),
      big: 9_007_199_254_740_993n,
      tags: new Set(['a', undefined]),
      by: new Map([['k.1', new Date(0)]]),
    });
  });

  it('shows packs whose frames are frames like any other', () => {
    const requests = readMessage(golden('packed-requests')).map((frame) => decodeRequest(frame));
    expect(requests).toMatchObject([
      { kind: 'request', procedure: 'echo', callId: 'c7Kq2mX0pLrTv8Zs3', body: '{"n":1}' },
      { kind: 'request', procedure: 'echo', callId: 'c7Kq2mX0pLrTv8Zs4', body: 'two\nlines' },
    ]);
    const replies = readMessage(golden('packed-replies')).map((frame) => decodeReply(frame));
    expect(replies).toMatchObject([
      { kind: 'reply', header: { kind: 'result', packs: 32 } },
      { kind: 'reply', header: { kind: 'error', packs: 32 } },
    ]);
  });
});

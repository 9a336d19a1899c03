import { describe, expect, it } from 'vitest';
import type { WireFrame } from './frame.ts';
import { readMessage, writeMessage } from './message.ts';
import { decodeRequest, encodeRequestHeader, type RequestHeader } from './request.ts';
import { WireError } from './wire-error.ts';

const header: RequestHeader = {
  v: 1,
  type: 'mutation',
  contract: 'auth',
  timeoutMs: 20_000,
  at: 1_795_288_080_167,
  key: 'order-7',
  content: 'json',
  try: 2,
  meta: { tenant: 'a' },
};
const frame: WireFrame = {
  replyTo: 'https://sqs.eu-west-1.amazonaws.com/123456789012/host-0#id_1',
  procedure: 'user.byId',
  header: encodeRequestHeader(header),
  body: '{}',
  attributes: {},
};

function withHeader(change: Record<string, unknown>): WireFrame {
  const [changed] = readMessage(writeMessage({ ...frame, header: { ...frame.header, ...change } }));
  return changed!;
}

describe('decodeRequest', () => {
  it('gives back what was encoded, through a message', () => {
    expect(decodeRequest(withHeader({}))).toEqual({
      kind: 'request',
      header,
      procedure: 'user.byId',
      body: '{}',
      callId: 'id_1',
    });
  });

  it('needs no more than version, type and time', () => {
    const { replyTo: _, ...task } = { ...frame, header: { v: 1, type: 'query', at: 0 } };
    expect(decodeRequest(task)).toEqual({
      kind: 'request',
      header: { v: 1, type: 'query', at: 0, content: 'text' },
      procedure: 'user.byId',
      body: '{}',
    });
  });

  it('has no call id where the address is a queue itself', () => {
    expect(decodeRequest({ ...frame, replyTo: 'http://x/123456789012/q' })).not.toHaveProperty(
      'callId',
    );
  });

  it('E1: tells a foreign request by the absence of everything of ours', () => {
    const { header: _, procedure: __, ...foreign } = frame;
    expect(decodeRequest(foreign)).toEqual({ kind: 'foreign' });
  });

  it.each([undefined, 0, 2, 999, '1', '1e0', null, true])(
    'E2: answers v = %s with UNSUPPORTED_VERSION',
    (v) => {
      expect(decodeRequest(withHeader({ v }))).toMatchObject({
        kind: 'bad',
        code: 'UNSUPPORTED_VERSION',
      });
    },
  );

  it.each(['', 'x'.repeat(129), '../../x', 'a\0', 'a\nb', 'a b', 'é'])(
    'E3: drops the id %j',
    (id) => {
      expect(decodeRequest({ ...frame, replyTo: `http://x/123456789012/q#${id}` })).toEqual({
        kind: 'drop',
        reason: 'replyAddress',
      });
    },
  );

  it('E5: refuses an unknown critical field, and a body that is elsewhere', () => {
    for (const key of ['!x', '!', 'ref']) {
      expect(decodeRequest(withHeader({ [key]: 1 }))).toMatchObject({
        code: 'UNSUPPORTED_VERSION',
      });
    }
  });

  it('E6: ignores other unknown fields, and does not pass them on', () => {
    expect(decodeRequest(withHeader({ x: 1, fp: 'abc', 'a!': 1, toString: 1 }))).toMatchObject({
      kind: 'request',
      header,
    });
  });

  it('E7, E8: drops what is no request', () => {
    for (const kind of ['reply', 'result', 'cancel', 'toString', 5, null]) {
      expect(decodeRequest(withHeader({ kind }))).toEqual({ kind: 'drop', reason: 'notARequest' });
    }
    expect(decodeRequest({ ...frame, virtualQueue: 'id' })).toMatchObject({ kind: 'drop' });
    expect(decodeRequest({ virtualQueue: 'id', body: '', attributes: {} })).toMatchObject({
      kind: 'drop',
    });
  });

  it('E9, E10: takes an absent timeout and any whole positive one', () => {
    expect(decodeRequest(withHeader({ timeoutMs: undefined }))).toMatchObject({ kind: 'request' });
    for (const timeoutMs of [1, 46_800_000, Number.MAX_SAFE_INTEGER]) {
      expect(decodeRequest(withHeader({ timeoutMs }))).toMatchObject({ header: { timeoutMs } });
    }
  });

  it.each<[string, unknown]>([
    ...[-1, 0, 0.5, Number.NaN, 2 ** 53, '0x10', ' 5', '5ms', '5', null, {}].map(
      (timeoutMs) => ['timeoutMs', timeoutMs] as [string, unknown],
    ),
    ...[undefined, -1, 1.5, '5', null].map((at) => ['at', at] as [string, unknown]),
    ...[undefined, 'Query', 'toString', '__proto__', 5, null].map(
      (type) => ['type', type] as [string, unknown],
    ),
    ...['JSON', 'toString', 5, null].map((content) => ['content', content] as [string, unknown]),
    ...['', 'x'.repeat(256), 'é', 'a\n', 5, null].map((key) => ['key', key] as [string, unknown]),
    ...['repeats', 'task'].flatMap((name) =>
      ['', 'x'.repeat(129), 'a#b', 5].map((id) => [name, id] as [string, unknown]),
    ),
    ...['', 'x'.repeat(256), 'é', 5].map((id) => ['dedup', id] as [string, unknown]),
    ...[-1, 1.5, 'soon', null].map((at) => ['due', at] as [string, unknown]),
    ...[0, -1, 1.5, '1', null].map((value) => ['try', value] as [string, unknown]),
    ...[5, {}, 'x'.repeat(257), null].map(
      (contract) => ['contract', contract] as [string, unknown],
    ),
    ...[null, [], 'x', { a: 1 }, { a: null }].map((meta) => ['meta', meta] as [string, unknown]),
  ])('answers %s = %j with BAD_REQUEST', (name, value) => {
    expect(decodeRequest(withHeader({ [name]: value }))).toMatchObject({
      kind: 'bad',
      code: 'BAD_REQUEST',
    });
  });

  it('reads what a task says', () => {
    const own = { task: 't-1', due: 1_795_288_080_167, dedup: 'order 5' };
    expect(decodeRequest(withHeader(own))).toMatchObject({ header: own });
  });

  it('S10: takes keys of 1 and 255 characters', () => {
    for (const key of [' ', '~', 'x'.repeat(255)]) {
      expect(decodeRequest(withHeader({ key }))).toMatchObject({ header: { key } });
    }
  });

  it('takes 64 entries and 8 KiB of metadata and no more', () => {
    const entries = (count: number): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 'v']));
    expect(decodeRequest(withHeader({ meta: entries(64) })).kind).toBe('request');
    expect(decodeRequest(withHeader({ meta: { k: 'x'.repeat(8_191) } })).kind).toBe('request');
    for (const meta of [entries(65), { k: 'x'.repeat(8_192) }]) {
      expect(decodeRequest(withHeader({ meta }))).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
      expect(() => encodeRequestHeader({ ...header, meta })).toThrow(WireError);
    }
    expect(() => encodeRequestHeader({ ...header, key: '' })).toThrow(WireError);
  });

  it('B10: takes a body of exactly the limit and none longer', () => {
    expect(decodeRequest({ ...frame, body: 'x'.repeat(2 ** 20) }).kind).toBe('request');
    expect(decodeRequest({ ...frame, body: 'x'.repeat(2 ** 20 + 1) })).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
    });
  });

  it.each([
    'constructor',
    'toString',
    'then',
    '_def',
    '__proto__',
    'a.__proto__.b',
    'a-b.c_9',
    'a.b.c.d.e.f.g.h',
    'x'.repeat(64),
  ])('P1–P7: takes the path %s as a name to be looked up', (procedure) =>
    expect(decodeRequest({ ...frame, procedure })).toMatchObject({ kind: 'request', procedure }),
  );

  it.each([
    '',
    '.',
    'a..b',
    'a.',
    '.a',
    '../../etc/passwd',
    'a/b',
    'a%2eb',
    'a\0b',
    'а',
    'é',
    'e\u0301',
    '\u200Fa',
    '9a',
    'a b',
    'a\n',
    'a.b.c.d.e.f.g.h.i',
    'x'.repeat(65),
    'x'.repeat(100_000),
    'a.'.repeat(10_000),
  ])('P8–P15: refuses the path %j without a lookup', (procedure) => {
    const decoded = decodeRequest({ ...frame, procedure });
    expect(decoded).toMatchObject({ kind: 'bad', code: 'BAD_REQUEST' });
  });

  it('refuses a request without a path', () => {
    const { procedure: _, ...nameless } = frame;
    expect(decodeRequest(nameless)).toMatchObject({ kind: 'bad', code: 'BAD_REQUEST' });
  });

  it('answers a malformed frame with its reason', () => {
    const { header: _, ...rest } = frame;
    expect(decodeRequest({ ...rest, malformed: 'So.' })).toEqual({
      kind: 'bad',
      code: 'BAD_REQUEST',
      message: 'So.',
    });
  });
});

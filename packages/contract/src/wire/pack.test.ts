import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeValue } from './content.ts';
import { ATTRIBUTE } from './attribute-names.ts';
import type { HeaderRecord, MessageParts, WireFrame } from './frame.ts';
import { readMessage } from './message.ts';
import { canPack, packKey } from './pack-key.ts';
import { readPack, writePack } from './pack.ts';
import { isSqsText } from './sqs-text.ts';
import { WireError } from './wire-error.ts';
import { defaultWireLimits } from './wire-limits.ts';

const HOST = 'https://sqs.eu-west-1.amazonaws.com/123456789012/host-0';
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

const requests: readonly WireFrame[] = [0, 1, 2].map((at) => ({
  replyTo: `${HOST}#call-${at}`,
  procedure: 'login',
  header: { v: 1, type: 'mutation', timeoutMs: 20_000 - at, at: 5, content: 'json' },
  body: `{"at":${at}}`,
  attributes: {},
}));

const unit = fc.constantFrom('a', '\n', '\r', '"', '\\', '\uFFFE', '\uD800', '{', '\u2028', 'é');
const callId = fc.stringMatching(/^[A-Za-z0-9_-]{1,128}$/);
const headers: fc.Arbitrary<HeaderRecord> = fc.oneof(
  fc.record(
    {
      v: fc.constant(1),
      content: fc.constantFrom('json', 'text'),
      timeoutMs: fc.constantFrom(1, 2),
      meta: fc.dictionary(
        fc.string({ unit }).filter((k) => !k.includes('\\')),
        fc.string({ unit }),
        { noNullPrototype: true },
      ),
    },
    { requiredKeys: ['v', 'content'] },
  ),
  fc.constant({}),
);

function frames(addresses: fc.Arbitrary<Partial<WireFrame>>): fc.Arbitrary<WireFrame[]> {
  const frame = fc
    .tuple(
      addresses,
      headers,
      fc.string({ unit }),
      fc.option(fc.constantFrom('login', 'a.b')),
      fc.boolean(),
    )
    .map(([address, header, text, procedure, traced]) => ({
      ...address,
      ...(procedure !== null && { procedure }),
      ...(traced && { traceparent }),
      header,
      body: header['content'] === 'json' ? encodeValue(text).body : text,
      attributes: {},
    }));
  return fc.array(frame, { minLength: 1, maxLength: 8 });
}

describe('a packed message', () => {
  it('gives back the frames that were packed: requests, tasks or replies', () => {
    const all = fc.oneof(
      frames(callId.map((id) => ({ replyTo: `${HOST}#${id}` }))),
      frames(fc.constant({})),
      frames(callId.map((virtualQueue) => ({ virtualQueue }))),
    );
    fc.assert(
      fc.property(all, (packed) => {
        const parts = writePack(packed);
        expect(readMessage(parts)).toEqual(packed);
        expect(isSqsText(parts.body)).toBe(true);
      }),
    );
  });

  it('writes what all frames share once', () => {
    const { body, attributes } = writePack(requests);
    expect(attributes).toEqual({ [ATTRIBUTE.pack]: { type: 'String', value: '3' } });
    expect(body.split('\n')).toEqual([
      `{"v":1,"count":3,"kind":"requests","replyTo":"${HOST}","shared":{"v":1,"type":"mutation","at":5,"content":"json","procedure":"login"}}`,
      '{"id":"call-0","timeoutMs":20000}',
      '{"at":0}',
      '{"id":"call-1","timeoutMs":19999}',
      '{"at":1}',
      '{"id":"call-2","timeoutMs":19998}',
      '{"at":2}',
    ]);
  });

  it.each([
    ['is not JSON', '{"id":"call-1",oops', `${HOST}#call-1`],
    ['has a forbidden key', '{"id":"call-1","__proto__":1}', `${HOST}#call-1`],
    ['is too long', `{"id":"call-1","x":"${'x'.repeat(20_000)}"}`, `${HOST}#call-1`],
    ['has a procedure that is no text', '{"id":"call-1","procedure":5}', `${HOST}#call-1`],
    ['is a list', '[]', undefined],
    ['is empty', '', undefined],
    ['has no id', '{"timeoutMs":1}', undefined],
    ['has an id that is none', '{"id":"../x"}', undefined],
    ['has an id too long', `{"id":"${'x'.repeat(129)}"}`, undefined],
  ])('keeps the neighbours of a frame whose line %s', (_, line, replyTo) => {
    const [first, second, third] = readPack(withLine(writePack(requests), 3, line));
    expect([first, third]).toEqual([requests[0], requests[2]]);
    expect(second?.malformed).toBeTypeOf('string');
    expect(second?.replyTo).toBe(replyTo);
    expect(second?.header).toBeUndefined();
  });

  it('keeps the neighbours of a text body that is no JSON string', () => {
    const texts = requests.map((frame) => ({
      ...frame,
      header: { v: 1, content: 'text' },
      body: 'é\n"',
    }));
    for (const line of ['é', '5', '']) {
      const [first, second, third] = readPack(withLine(writePack(texts), 4, line));
      expect([first, third]).toEqual([texts[0], texts[2]]);
      expect(second).toMatchObject({ replyTo: `${HOST}#call-1`, malformed: expect.any(String) });
    }
  });

  it.each([
    ['{"id":"call-1"}', {}],
    ['{"id":"call-1","timeoutMs":5}', { timeoutMs: 5 }],
    ['{"id":"call-1","timeoutMs":999999999999999}', { timeoutMs: 999_999_999_999_999 }],
    ['{ "id":"call-1","timeoutMs":5}', { timeoutMs: 5 }],
    ['{"id":"call-1","timeoutMs":5.5}', { timeoutMs: 5.5 }],
    ['{"timeoutMs":5,"id":"call-1"}', { timeoutMs: 5 }],
  ])('reads the line %s whether or not it is one of the two that are matched', (line, own) => {
    const read = readPack(withLine(writePack(requests), 3, line))[1];
    expect(read?.header).toEqual({ v: 1, type: 'mutation', at: 5, content: 'json', ...own });
    expect(read?.replyTo).toBe(`${HOST}#call-1`);
  });

  it.each(['{"id":"call-1","timeoutMs":05}', '{"id":"call-1","timeoutMs":}', '{"id":""}'])(
    'refuses the line %s, which is nearly one of the two',
    (line) => {
      expect(readPack(withLine(writePack(requests), 3, line))[1]?.malformed).toBeTypeOf('string');
    },
  );

  it('takes a line of exactly the limit and none longer', () => {
    const body = `{"v":1,"count":1,"kind":"replies"}\n{"id":"${'x'.repeat(91)}"}\n""`;
    const parts = { body, attributes: { [ATTRIBUTE.pack]: { type: 'String', value: '1' } } };
    for (const [maxHeaderChars, malformed] of [
      [100, undefined],
      [99, 'A header of more than 99 characters.'],
    ] as const) {
      const [frame] = readPack(parts, { ...defaultWireLimits, maxHeaderChars });
      expect(frame?.malformed).toBe(malformed);
    }
  });

  it('rescues the address of a broken reply', () => {
    const replies = requests.map(({ header, body }, at) => ({
      virtualQueue: `c${at}`,
      header: header!,
      body,
      attributes: {},
    }));
    const [, second] = readPack(withLine(writePack(replies), 3, '{"id":"c1",'));
    expect(second).toMatchObject({ virtualQueue: 'c1', malformed: 'Not JSON.' });
  });

  it.each([
    ['a line too many', (body: string) => `${body}\n`, '3'],
    ['a line too few', (body: string) => body.slice(0, body.lastIndexOf('\n')), '3'],
    ['another count in the attribute', (body: string) => body, '2'],
    [
      'another count in the first line',
      (body: string) => body.replace('"count":3', '"count":4'),
      '3',
    ],
    ['a count that is none', (body: string) => body, '3.0'],
    ['no frames', (body: string) => body, '0'],
    ['more frames than allowed', (body: string) => body, '257'],
    ['an unknown version', (body: string) => body.replace('"v":1', '"v":2'), '3'],
    ['an unknown kind', (body: string) => body.replace('requests', 'bequests'), '3'],
    ['a first line that is not JSON', (body: string) => `x${body}`, '3'],
    ['an address that is no text', (body: string) => body.replace(`"${HOST}"`, '5'), '3'],
    ['a shared id', (body: string) => body.replace('"shared":{', '"shared":{"id":"x",'), '3'],
    ['more than a megabyte', (body: string) => body + ' '.repeat(2 ** 20), '3'],
    ['a million lines', () => '\n'.repeat(1_000_000), '3'],
  ])('is one malformed frame as a whole with %s', (_, change, count) => {
    const { body } = writePack(requests);
    const attributes = { [ATTRIBUTE.pack]: { type: 'String', value: count } };
    const read = readMessage({ body: change(body), attributes });
    expect(read).toHaveLength(1);
    expect(read[0]?.malformed).toBeTypeOf('string');
    expect(read[0]?.replyTo).toBeUndefined();
  });

  it('needs a count of type String', () => {
    const { body } = writePack(requests);
    const attributes = { [ATTRIBUTE.pack]: { type: 'Number', value: '3' } };
    expect(readMessage({ body, attributes })).toMatchObject([
      { malformed: 'A pack without a count.' },
    ]);
  });
});

describe('canPack', () => {
  const frame = requests[0]!;
  it.each<[string, Partial<WireFrame>]>([
    ['attributes of the user', { attributes: { a: { type: 'String', value: 'x' } } }],
    ['a trace header', { traceHeader: 'Root=1' }],
    ['a line feed in a JSON body', { body: '{\n}' }],
    ['an address that is a queue itself', { replyTo: HOST }],
    ['an id that is none', { replyTo: `${HOST}#a b` }],
    ['both an address and a virtual queue', { virtualQueue: 'x' }],
    ['a header field that a line uses itself', { header: { ...frame.header, id: 1 } }],
    ['a malformed header', { malformed: 'so' }],
  ])('refuses a frame with %s', (_, change) => {
    expect(canPack(frame)).toBe(true);
    expect(canPack({ ...frame, ...change })).toBe(false);
  });

  it('refuses a foreign frame', () => {
    expect(canPack({ body: 'x', attributes: {} })).toBe(false);
  });

  it('tells apart what may not share a message', () => {
    const other = {
      ...frame,
      replyTo: 'https://sqs.eu-west-1.amazonaws.com/123456789012/host-1#x',
    };
    expect(packKey(other)).not.toBe(packKey(frame));
    expect(() => writePack([frame, other])).toThrow(WireError);
    expect(() => writePack([])).toThrow(WireError);
  });
});

function withLine(parts: MessageParts, at: number, line: string): MessageParts {
  return { ...parts, body: parts.body.split('\n').with(at, line).join('\n') };
}

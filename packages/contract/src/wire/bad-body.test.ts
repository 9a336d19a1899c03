import { describe, expect, it } from 'vitest';
import { decodeTrpc, decodeValue, type Content } from './content.ts';
import { WireError, type WireErrorReason } from './wire-error.ts';

interface Row {
  readonly id: string;
  readonly what: string;
  readonly body: string;
  readonly content?: Exclude<Content, 'text'>;
  /** What it decodes to, where it is accepted. */
  readonly value?: unknown;
  readonly reason?: WireErrorReason;
}

const annotated = (json: string, values: string): string =>
  `{"json":${json},"meta":{"values":${values},"v":1}}`;
const referring = (json: string, references: string): string =>
  `{"json":${json},"meta":{"referentialEqualities":${references},"v":1}}`;
const count = <T>(length: number, item: (at: number) => T): T[] =>
  Array.from({ length }, (_, at) => item(at));

const rows: readonly Row[] = [
  { id: 'B1', what: 'truncated JSON', content: 'json', body: '{"a":1' },
  { id: 'B1', what: 'a trailing comma', content: 'json', body: '[1,]' },
  { id: 'B1', what: 'two documents', content: 'json', body: '{}{}' },
  { id: 'B1', what: 'a byte order mark', content: 'json', body: '\uFEFF{}' },
  { id: 'B1', what: 'NaN', content: 'json', body: 'NaN' },
  { id: 'B1', what: 'single quotes', content: 'json', body: "{'a':1}" },
  { id: 'B1', what: 'an open string', content: 'json', body: '"abc\\"' },
  { id: 'B1', what: 'nothing', content: 'json', body: '' },
  { id: 'B1', what: 'blanks', content: 'json', body: ' \n ' },
  { id: 'B2', what: 'null', body: 'null' },
  { id: 'B2', what: 'an array', body: '[]' },
  { id: 'B2', what: 'a string', body: '"x"' },
  { id: 'B2', what: 'a number', body: '5' },
  { id: 'B2', what: 'an object without json', body: '{"meta":{"v":1}}' },
  { id: 'B3', what: 'a key beside json and meta', body: '{"json":1,"more":1}' },
  { id: 'B4', what: 'duplicate keys: the last wins', body: '{"json":1,"json":2}', value: 2 },
  {
    id: 'B5',
    what: '400,000 brackets',
    content: 'json',
    body: '['.repeat(400_000),
    reason: 'tooLarge',
  },
  {
    id: 'B6',
    what: '300,000 empty objects',
    content: 'json',
    body: `[${'{},'.repeat(299_999)}{}]`,
    reason: 'tooLarge',
  },
  {
    id: 'B6',
    what: '209,000 keys',
    content: 'json',
    body: `{${'"":0,'.repeat(209_000)}"":0}`,
    reason: 'tooLarge',
  },
  {
    id: 'B6',
    what: 'one string of 170,000 NULs',
    content: 'json',
    body: `"${'\\u0000'.repeat(170_000)}"`,
    value: '\0'.repeat(170_000),
  },
  {
    id: 'B7',
    what: 'a lone surrogate, in key and value',
    content: 'json',
    body: String.raw`{"\ud800":"\ud800"}`,
    value: { '\ud800': '\ud800' },
  },
  {
    id: 'B10',
    what: 'a byte past the limit',
    body: `"${'x'.repeat(2 ** 20 - 1)}"`,
    reason: 'tooLarge',
  },
  {
    id: 'B10',
    what: 'two-byte characters past it',
    body: `"${'é'.repeat(2 ** 19)}"`,
    reason: 'tooLarge',
  },
  {
    id: 'B10',
    what: 'exactly the limit',
    content: 'json',
    body: `"${'x'.repeat(2 ** 20 - 2)}"`,
    value: 'x'.repeat(2 ** 20 - 2),
  },
  {
    id: 'M1',
    what: 'a reference that makes it thenable',
    body: referring('{"f":"s"}', '{"f.at":["then"]}'),
    value: { f: 's' },
  },
  { id: 'M2', what: 'a huge index', body: annotated('{"a":[]}', '{"a.4294967294":["undefined"]}') },
  {
    id: 'M2',
    what: 'an index at the length',
    body: annotated('{"a":[null]}', '{"a.1":["undefined"]}'),
  },
  {
    id: 'M3',
    what: 'a typed array of a length',
    body: annotated('2000000000', '[["typed-array","Uint8Array"]]'),
  },
  {
    id: 'M4',
    what: 'a Set with 52,000 references',
    body: `{"json":[${count(89_000, () => 0).join(',')}],"meta":{"values":["set"],"referentialEqualities":{"88999":[${count(52_000, () => '"88998"').join(',')}]},"v":1}}`,
    value: new Set([0]),
  },
  {
    id: 'M5',
    what: 'a doubling graph of references',
    body: referring(
      JSON.stringify(count(26, () => ({ a: null, b: null }))),
      JSON.stringify(
        Object.fromEntries(count(25, (at) => [`${at}`, [`${at + 1}.a`, `${at + 1}.b`]])),
      ),
    ),
    value: count(26, () => ({ a: null, b: null })),
  },
  {
    id: 'M6',
    what: 'a reference to the root',
    body: referring('{"a":null}', '[["a"]]'),
    value: { a: null },
  },
  {
    id: 'M7',
    what: 'references to methods',
    body: referring('{"x":"s"}', '{"x.toUpperCase":["y"],"toString":["z"]}'),
    value: { x: 's' },
  },
  {
    id: 'M8',
    what: 'a regexp',
    body: annotated('"/^(a+)+$/"', '["regexp"]'),
    reason: 'unsupported',
  },
  {
    id: 'M9',
    what: 'a bigint of a million digits',
    body: annotated(`"${'9'.repeat(1_000_000)}"`, '["bigint"]'),
    reason: 'tooLarge',
  },
  {
    id: 'M9',
    what: 'a bigint of 1,001 digits',
    body: annotated(`"-${'9'.repeat(1_001)}"`, '["bigint"]'),
    reason: 'tooLarge',
  },
  ...['"abc"', 'null', '5', '""', '"-0"', '"01"', '"0x10"', '" 1"', '"1n"'].map((json) => ({
    id: 'M9',
    what: `a bigint of ${json}`,
    body: annotated(json, '["bigint"]'),
  })),
  ...[
    '"abc"',
    'null',
    '[[1,2]]',
    '0',
    '"2024-01-01"',
    '"2024-02-30T00:00:00.000Z"',
    '"2024-01-01T24:00:00.000Z"',
    '"2024-13-01T00:00:00.000Z"',
    '"2024-01-01T00:00:00.000"',
    '"+002024-01-01T00:00:00.000Z"',
    '"+999999-01-01T00:00:00.000Z"',
  ].map((json) => ({ id: 'M10', what: `a Date of ${json}`, body: annotated(json, '["Date"]') })),
  {
    id: 'M10',
    what: 'a Date without milliseconds',
    body: annotated('"2024-02-29T12:00:00Z"', '["Date"]'),
    value: new Date('2024-02-29T12:00:00Z'),
  },
  {
    id: 'M11',
    what: 'a URL of any scheme, as data',
    body: annotated('"javascript:1"', '["URL"]'),
    value: new URL('javascript:1'),
  }, // oxlint-disable-line no-script-url
  { id: 'M11', what: 'a URL that is none', body: annotated('"not a url"', '["URL"]') },
  { id: 'M11', what: 'a URL that is a list', body: annotated('["http://x"]', '["URL"]') },
  {
    id: 'M12',
    what: 'an Error in a request',
    body: annotated('{"name":"E","message":"m"}', '["Error"]'),
    reason: 'unsupported',
  },
  { id: 'M13', what: 'a map of non-entries', body: annotated('[1]', '["map"]') },
  { id: 'M13', what: 'a map of triples', body: annotated('[[1,2,3]]', '["map"]') },
  { id: 'M13', what: 'a map of null', body: annotated('null', '["map"]') },
  {
    id: 'M13',
    what: 'a map whose entry is itself a Set',
    body: annotated('[[1,2]]', '["map",{"0":["set"]}]'),
  },
  { id: 'M13', what: 'a set of a string', body: annotated('"abc"', '["set"]') },
  { id: 'M14', what: 'a class', body: annotated('{}', '[["class","X"]]'), reason: 'unsupported' },
  {
    id: 'M14',
    what: 'a custom type',
    body: annotated('{}', '[["custom","X"]]'),
    reason: 'unsupported',
  },
  {
    id: 'M14',
    what: 'a symbol',
    body: annotated('"x"', '[["symbol","X"]]'),
    reason: 'unsupported',
  },
  ...[
    '["constructor"]',
    '["__proto__"]',
    '[null]',
    '[5]',
    '[]',
    '[["Date"]]',
    '[[null,"X"]]',
    '["Date",{},{}]',
    '["toString"]',
    '["set",null]',
  ].map((values) => ({
    id: 'M15',
    what: `the annotation ${values}`,
    body: annotated('null', values),
  })),
  {
    id: 'M15',
    what: 'an inherited typed array',
    body: annotated('[]', '[["typed-array","constructor"]]'),
    reason: 'unsupported',
  },
  { id: 'M16', what: 'a string as tree', body: annotated('1', '"x"') },
  { id: 'M16', what: 'a string as node', body: annotated('{"a":1}', '{"a":"x"}') },
  {
    id: 'M16',
    what: 'a record as node',
    body: annotated('{"a":{"b":null}}', '{"a":{"b":["undefined"]}}'),
  },
  ...[
    '__proto__.x',
    'constructor.prototype.x',
    String.raw`a\.b`,
    String.raw`a\b`,
    'a\\',
    's.01',
    's. 1',
    's.0x1',
    's.1e0',
    's.-0',
    's.+1',
    's.',
    '',
  ].map((path) => ({
    id: 'M17',
    what: `the path ${JSON.stringify(path)}`,
    body: annotated(
      '{"a":{"b":null},"s":[null,null]}',
      JSON.stringify({ [path]: ['undefined'] }),
    ).replace('"__proto__', String.raw`"\u005f_proto__`),
  })),
  { id: 'M18', what: 'an own __proto__', body: '{"json":{"__proto__":{"isAdmin":true}}}' },
  {
    id: 'M18',
    what: 'an escaped one, deep down',
    content: 'json',
    body: String.raw`[[{"\u005f_proto__":1}]]`,
  },
  {
    id: 'M18',
    what: 'a constructor',
    content: 'json',
    body: '{"a":{"constructor":{"prototype":{}}}}',
  },
  {
    id: 'M18',
    what: 'the same words as values',
    content: 'json',
    body: '["__proto__","constructor"]',
    value: ['__proto__', 'constructor'],
  },
  {
    id: 'M19',
    what: 'names of methods as data',
    body: '{"json":{"then":1,"toJSON":1,"toString":1,"valueOf":1}}',
    value: { then: 1, toJSON: 1, toString: 1, valueOf: 1 },
  },
  ...[
    '{}',
    '{"v":0}',
    '{"v":2}',
    '{"v":"1"}',
    '{"v":1,"more":1}',
    'null',
    '5',
    '[]',
    '{"values":["undefined"]}',
  ].map((meta) => ({
    id: 'M20',
    what: `the meta ${meta}`,
    body: `{"json":null,"meta":${meta}}`,
  })),
  {
    id: 'M21',
    what: '25,001 annotations',
    body: annotated(
      `[${count(25_001, () => 0).join(',')}]`,
      `{${count(25_001, (at) => `"${at}":[0]`).join(',')}}`,
    ),
  },
  {
    id: 'M21',
    what: 'a tree 10,000 deep',
    body: annotated('[]', `${'["set",{"0":'.repeat(10_000)}["set"]${'}]'.repeat(10_000)}`),
    reason: 'tooLarge',
  },
  {
    id: 'M22',
    what: 'a path that does not exist',
    body: annotated('{"a":null}', '{"b":["undefined"]}'),
  },
  {
    id: 'M22',
    what: 'an inherited property',
    body: annotated('{"a":[]}', '{"a.length":["undefined"]}'),
  },
  {
    id: 'M22',
    what: 'a path into a string',
    body: annotated('{"a":"xyz"}', '{"a.0":["undefined"]}'),
  },
  { id: 'M22', what: 'a path into null', body: annotated('{"a":null}', '{"a.b":["undefined"]}') },
  {
    id: 'M22',
    what: 'a path into a Set from outside',
    body: annotated('{"a":["5"]}', '{"a":["set"],"a.0":["bigint"]}'),
  },
  {
    id: 'M22',
    what: 'the same, the other way round',
    body: annotated('{"a":["5"]}', '{"a.0":["bigint"],"a":["set"]}'),
  },
  { id: 'M22', what: 'children of a Date', body: annotated('["5"]', '["Date",{"0":["bigint"]}]') },
  {
    id: 'M23',
    what: 'an honest Set of 20,000 Dates',
    body: annotated(
      `[${count(20_000, (at) => JSON.stringify(new Date(at))).join(',')}]`,
      `["set",{${count(20_000, (at) => `"${at}":["Date"]`).join(',')}}]`,
    ),
    value: new Set(count(20_000, (at) => new Date(at))),
  },
  ...['[256]', '[-1]', '[1.5]', '["1"]', '[null]', '[[1]]', '{"0":1}', '"AQI="'].map((json) => ({
    id: 'M3',
    what: `bytes of ${json}`,
    body: annotated(json, '[["typed-array","Uint8Array"]]'),
  })),
];

describe('a malformed request body', () => {
  it.each(rows.filter((row) => !('value' in row)))('$id: $what is refused', (row) => {
    const { content = 'superjson', body, reason } = row;
    const error = errorOf(() => decode(content, body));
    if (reason !== undefined) expect(error.reason).toBe(reason);
    expect(error.message.length).toBeLessThan(250);
    if (content === 'superjson' && /"values"/.test(body)) {
      expect(() => decode('trpc', body), 'as trpc').toThrow(WireError);
    }
  });

  it.each(rows.filter((row) => 'value' in row))('$id: $what is read', (row) => {
    const value = decode(row.content ?? 'superjson', row.body);
    expect(spread(value)).toEqual(spread(row.value));
  });

  it('leaves every prototype as it was', () => {
    for (const { content = 'superjson', body } of rows) {
      try {
        decode(content, body);
      } catch {
        // Only what is left behind matters here.
      }
    }
    expect(Reflect.get({}, 'isAdmin')).toBeUndefined();
    expect(Reflect.get({}, 'x')).toBeUndefined();
  });
});

describe('an Error in a reply', () => {
  const read = (json: string): unknown =>
    decodeValue('superjson', annotated(json, '["Error"]'), { direction: 'reply' });

  it('M12: is refused unless name and message are its own texts', () => {
    for (const json of [
      '{"name":{},"message":"m"}',
      '{"name":"E"}',
      '{"message":"m"}',
      '[]',
      '"m"',
      'null',
    ]) {
      expect(() => read(json), json).toThrow(WireError);
    }
  });

  it('M12: comes without the stack that the peer wrote', () => {
    const error = read('{"name":"E","message":"m","stack":"forged\\u001b[31m"}') as Error;
    expect(error.stack).toBe('E: m');
  });
});

/** A Set as an array: comparing large Sets is quadratic. */
function spread(value: unknown): unknown {
  return value instanceof Set ? [...value] : value;
}

function decode(content: Exclude<Content, 'text'>, body: string): unknown {
  return content === 'trpc'
    ? decodeTrpc(body, { direction: 'request' })
    : decodeValue(content, body, { direction: 'request' });
}

function errorOf(run: () => unknown): WireError {
  try {
    run();
  } catch (error) {
    if (error instanceof WireError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

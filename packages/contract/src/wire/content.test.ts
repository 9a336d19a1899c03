import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import SuperJSON from 'superjson';
import { describe, expect, it } from 'vitest';
import {
  decodeTrpc,
  decodeValue,
  encodeTrpc,
  encodeValue,
  refuseThenable,
  type Content,
} from './content.ts';
import { WireError } from './wire-error.ts';

const FORBIDDEN = ['__proto__', 'constructor', 'prototype'];
const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
// No backslashes: V8's JSON.parse takes the raw text of an escaped key for another key that it has
// seen before and that has backslashes itself (Node 24: `a\\\\` and then `a\\.`). They are tested one by one.
const key = fc
  .oneof(text, fc.constantFrom('', '.', 'a.b', '0', '-1', 'then', 'toJSON', 'length'))
  .filter((name) => !FORBIDDEN.includes(name) && !name.includes('\\'));

function record<T>(values: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> {
  return fc.dictionary(key, values, { noNullPrototype: true, maxKeys: 5 });
}

const plain = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(
      text,
      fc.boolean(),
      fc.constant(null),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
    ),
    fc.array(tie('value'), { maxLength: 5 }),
    record(tie('value')),
  ),
})).value;

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  plain,
  fc.double(),
  fc.constantFrom(undefined, -0, Number.NaN, Infinity, -Infinity),
  fc.bigInt(),
  fc.date({ noInvalidDate: true }),
  fc.webUrl().map((url) => new URL(url)),
  fc.uint8Array({ maxLength: 8 }),
  fc.uint8ClampedArray({ maxLength: 4 }),
  fc.int8Array({ maxLength: 4 }),
  fc.uint16Array({ maxLength: 4 }),
  fc.int16Array({ maxLength: 4 }),
  fc.uint32Array({ maxLength: 4 }),
  fc.int32Array({ maxLength: 4 }),
  fc.float32Array({ maxLength: 4, noNaN: true, noDefaultInfinity: true }).map(withoutMinusZero),
  fc.float64Array({ maxLength: 4, noNaN: true, noDefaultInfinity: true }).map(withoutMinusZero),
);

const rich = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    record(tie('value')),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((all) => new Map(all)),
    fc.array(tie('value'), { maxLength: 4 }).map((all) => new Set(all)),
    fc
      .tuple(text, fc.option(tie('value')))
      .map(([message, cause]) =>
        cause === null ? new RangeError(message) : new Error(message, { cause }),
      ),
  ),
})).value;

function withoutMinusZero<T extends Float32Array | Float64Array>(items: T): T {
  return items.map((item) => item + 0) as T;
}

function roundTrip(value: unknown): unknown {
  const { content, body } = encodeValue(value);
  return decodeValue(content, body, { direction: 'reply' });
}

describe('encodeValue and decodeValue', () => {
  it('give back any plain value equal, as its own JSON', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const { content, body } = encodeValue(value);
        expect(content).toBe('json');
        deepStrictEqual(decodeValue('json', body, { direction: 'request' }), value);
        deepStrictEqual(JSON.parse(body), value);
      }),
    );
  });

  it('give back any rich value equal', () => {
    fc.assert(
      fc.property(rich, (value) => deepStrictEqual(normal(roundTrip(value)), normal(value))),
    );
  });

  it('write what superjson itself writes, without referentialEqualities', () => {
    fc.assert(
      fc.property(rich, (value) => {
        const { content, body } = encodeValue(value);
        if (content === 'json') return;
        deepStrictEqual(JSON.parse(body), withoutReferences(stock().serialize(value)));
      }),
    );
  });

  it('read whatever superjson itself writes', () => {
    fc.assert(
      fc.property(rich, (value) => {
        const written = stock().stringify(value);
        deepStrictEqual(
          normal(decodeValue('superjson', written, { direction: 'reply' })),
          normal(value),
        );
        const passed = decodeTrpc(written, { direction: 'reply' });
        deepStrictEqual(passed, withoutReferences(JSON.parse(written)));
      }),
    );
  });

  it('are read by superjson itself', () => {
    fc.assert(
      fc.property(rich, (value) => {
        const { content, body } = encodeValue(value);
        const json = content === 'json' ? `{"json":${body}}` : body;
        deepStrictEqual(normal(stock().parse(json)), normal(value));
      }),
    );
  });

  it.each(['\\', '\\.', '.\\', 'a\\b', '\\\\'])('escape the key %j as superjson does', (name) => {
    const value = { [name]: { [name]: 5n } };
    deepStrictEqual(roundTrip(value), value);
    deepStrictEqual(stock().parse(encodeValue(value).body), value);
  });

  it('keep undefined at the top, in objects and in arrays', () => {
    expect(encodeValue(undefined).body).toBe('{"json":null,"meta":{"values":["undefined"],"v":1}}');
    for (const value of [undefined, { a: undefined }, [undefined, null]]) {
      deepStrictEqual(roundTrip(value), value);
    }
  });

  it('keep what JSON numbers cannot say, in typed arrays as well', () => {
    const value = new Float64Array([Number.NaN, Infinity, -Infinity, -0, 1.5]);
    deepStrictEqual(roundTrip(value), value);
    deepStrictEqual(stock().parse(encodeValue(value).body), value);
  });

  it('keep a bigint of 1,000 digits', () => {
    for (const value of [10n ** 999n, -(10n ** 999n)]) expect(roundTrip(value)).toBe(value);
  });

  it('take a Buffer as the bytes that it is', () => {
    deepStrictEqual(roundTrip(Buffer.from([1, 2, 255])), new Uint8Array([1, 2, 255]));
  });

  it('write a shared value in full, twice', () => {
    const shared = { at: new Date(0) };
    const body = encodeValue([shared, shared]).body;
    expect(body).not.toContain('referentialEqualities');
    deepStrictEqual(roundTrip([shared, shared]), [shared, shared]);
  });

  it('rebuild an error from its name and message, with no stack of either side', () => {
    const error = roundTrip(new RangeError('too far', { cause: 5n })) as Error;
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'RangeError', message: 'too far', cause: 5n });
    expect(error.stack).toBe('RangeError: too far');
    expect(Object.keys(error)).toEqual([]);
  });

  it.each([
    ['a function', { user: { fn: () => 1 } }, '$.user.fn', 'unsupported'],
    ['a symbol', [1, [Symbol('x')]], '$[1][0]', 'unsupported'],
    ['a class instance', { a: new (class Point {})() }, '$.a', 'unsupported'],
    ['a regexp', { a: /x/ }, '$.a', 'unsupported'],
    ['an ArrayBuffer', { a: new ArrayBuffer(1) }, '$.a', 'unsupported'],
    ['a BigInt64Array', { a: new BigInt64Array(1) }, '$.a', 'unsupported'],
    ['an invalid date', { a: new Date(Number.NaN) }, '$.a', 'unsupported'],
    ['a hole', { a: [1, , 3] }, '$.a[1]', 'unsupported'], // oxlint-disable-line no-sparse-arrays
    ['a forbidden key', { a: { constructor: 1 } }, '$.a.constructor', 'unsupported'],
    ['an own __proto__', JSON.parse('{"a":{"__proto__":1}}'), '$.a.__proto__', 'unsupported'],
    ['a function in a Map', new Map([['k', () => 1]]), '$[0][1]', 'unsupported'],
    ['1,001 digits', { n: 10n ** 1_000n }, '$.n', 'tooLarge'],
  ] as const)('refuse %s and name where it is', (_, value, path, reason) => {
    const error = errorOf(() => encodeValue(value));
    expect(error).toMatchObject({ reason });
    expect(error.message).toContain(`(at ${path})`);
  });

  it('leave out what somebody has added to Object.prototype', () => {
    const added = { configurable: true, enumerable: true, value: () => 1 };
    // oxlint-disable-next-line no-extend-native
    Object.defineProperty(Object.prototype, 'added', added);
    const { content, body } = encodeValue({ a: [{ b: 1 }] });
    Reflect.deleteProperty(Object.prototype, 'added');
    expect({ content, body }).toEqual({ content: 'json', body: '{"a":[{"b":1}]}' });
  });

  it('refuse a cycle, by whatever road it closes', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = { again: [loop] };
    expect(errorOf(() => encodeValue(loop)).message).toBe(
      'Cannot send a cycle (at $.self.again[0]).',
    );
    const map = new Map<string, unknown>();
    map.set('me', map);
    expect(errorOf(() => encodeValue(map)).message).toContain('a cycle');
  });

  it('take 64 levels and refuse 65, on both sides', () => {
    expect(encodeValue(nested(64)).content).toBe('json');
    expect(errorOf(() => encodeValue(nested(65)))).toMatchObject({ reason: 'tooLarge' });
    const read = (levels: number): unknown =>
      decodeValue('json', JSON.stringify(nested(levels)), { direction: 'request' });
    expect(read(64)).toEqual(nested(64));
    expect(errorOf(() => read(65))).toMatchObject({ reason: 'tooLarge' });
  });

  it('stop at a value that small references make enormous', () => {
    let branch: unknown = ['leaf'];
    for (let level = 0; level < 40; level += 1) branch = [branch, branch];
    expect(errorOf(() => encodeValue(branch))).toMatchObject({ reason: 'tooLarge' });
    const long = 'x'.repeat(2 ** 20);
    expect(errorOf(() => encodeValue([long, long]))).toMatchObject({ reason: 'tooLarge' });
  });

  it('refuse to write annotations that the other side would refuse to read', () => {
    let sets: unknown = new Set([1]);
    for (let level = 0; level < 40; level += 1) sets = new Set([sets]);
    expect(errorOf(() => encodeValue(sets))).toMatchObject({ reason: 'tooLarge' });
  });

  it('treat toJSON, then and the like as data', () => {
    const value = { then: 1, toJSON: 1, toString: 1, valueOf: 1 };
    expect(roundTrip(value)).toEqual(value);
  });
});

describe('encodeTrpc and decodeTrpc', () => {
  it('pass what any transformer writes, and give superjson back checked', () => {
    for (const value of ['[["devalue"]]', 5, null, [1], { a: 1 }, { json: 1 }]) {
      expect(decodeTrpc(encodeTrpc(value), { direction: 'request' })).toEqual(value);
    }
    const passed = decodeTrpc(
      '{"json":{"a":"5"},"meta":{"values":{"a":["bigint"]},"referentialEqualities":{"a":["b"]},"v":1}}',
      { direction: 'request' },
    );
    expect(passed).toEqual({ json: { a: '5' }, meta: { values: { a: ['bigint'] }, v: 1 } });
  });

  it('let registered types pass only where they are named', () => {
    const body = '{"json":"1.5","meta":{"values":[["custom","Decimal"]],"v":1}}';
    const allowTypes = ['custom:Decimal'];
    expect(decodeTrpc(body, { direction: 'request', allowTypes })).toEqual(JSON.parse(body));
    expect(() => decodeTrpc(body, { direction: 'request' })).toThrow(WireError);
    expect(() =>
      decodeTrpc(body.replace('custom', 'class'), {
        direction: 'request',
        allowTypes: ['class:Decimal'],
      }),
    ).toThrow(WireError);
    expect(() => decodeValue('superjson', body, { direction: 'request', allowTypes })).toThrow(
      WireError,
    );
  });

  it('take the stack out of errors', () => {
    const body =
      '{"json":{"name":"E","message":"m","stack":"at peer"},"meta":{"values":["Error"],"v":1}}';
    expect(decodeTrpc(body, { direction: 'reply' })).toMatchObject({
      json: { name: 'E', message: 'm' },
    });
    expect(JSON.stringify(decodeTrpc(body, { direction: 'reply' }))).not.toContain('at peer');
  });

  it('read annotations wherever superjson would, whatever stands beside them', () => {
    for (const body of [
      '{"json":1,"meta":{"values":["regexp"],"v":1},"more":1}',
      '{"meta":{"values":["regexp"],"v":1}}',
      '{"json":1,"meta":5}',
    ]) {
      expect(() => decodeTrpc(body, { direction: 'request' }), body).toThrow(WireError);
    }
  });

  it('refuse to write what JSON cannot say', () => {
    for (const value of [undefined, 5n, () => 1]) {
      expect(() => encodeTrpc(value)).toThrow(WireError);
    }
  });
});

describe('refuseThenable', () => {
  it('refuses a callable then, own or inherited, and nothing else', () => {
    class Thenable {
      // oxlint-disable-next-line unicorn/no-thenable
      then(): void {}
    }
    expect(() => refuseThenable(new Thenable())).toThrow(WireError);
    // oxlint-disable-next-line unicorn/no-thenable
    expect(() => refuseThenable({ then: () => 1 })).toThrow(WireError);
    // oxlint-disable-next-line unicorn/no-thenable
    for (const value of [{ then: 1 }, null, undefined, 5, 'x', [], {}]) refuseThenable(value);
  });
});

describe('what a peer may send as a body', () => {
  it('never makes the decoders throw anything but WireError, nor changes a prototype', () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    const contents = fc.constantFrom<Content>('json', 'superjson', 'trpc');
    const bodies = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc
        .tuple(fc.json(), fc.json())
        .map(([json, values]) => `{"json":${json},"meta":{"values":${values},"v":1}}`),
      annotated(),
    );
    fc.assert(
      fc.property(contents, bodies, (content, body) => {
        try {
          if (content === 'trpc') decodeTrpc(body, { direction: 'reply' });
          else if (content !== 'text') decodeValue(content, body, { direction: 'reply' });
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
      { numRuns: 2_000 },
    );
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  });
});

/** Small values with annotations that nearly fit them. */
function annotated(): fc.Arbitrary<string> {
  const type = fc.constantFrom<unknown>(
    'undefined',
    'Date',
    'set',
    'map',
    'Error',
    'bigint',
    'number',
    'URL',
    'regexp',
    '__proto__',
    ['typed-array', 'Uint8Array'],
    ['typed-array', 'Float32Array'],
    ['custom', 'X'],
    [null],
    null,
  );
  const path = fc.constantFrom(
    'a',
    'b',
    'a.0',
    'b.0',
    'a.0.0',
    'a.0.1',
    'b.length',
    '0',
    '',
    '__proto__.x',
    'a.00',
  );
  const json = fc.constantFrom<unknown>([], [[1, 2]], ['5'], {}, null, '5', 'NaN', [[['5']]], {
    name: 'E',
    message: 'm',
  });
  const nodes = fc.letrec<{ nodes: unknown }>((tie) => ({
    nodes: fc.dictionary(path, fc.oneof(fc.tuple(type), fc.tuple(type, tie('nodes')), type), {
      maxKeys: 3,
    }),
  })).nodes;
  return fc
    .tuple(json, json, nodes)
    .map(([a, b, values]) => JSON.stringify({ json: { a, b }, meta: { values, v: 1 } }));
}

function stock(): SuperJSON {
  return new SuperJSON();
}

function withoutReferences(written: unknown): unknown {
  const { json, meta } = JSON.parse(JSON.stringify(written)) as {
    json: unknown;
    meta?: { values?: unknown };
  };
  return meta?.values === undefined ? { json } : { json, meta: { values: meta.values, v: 1 } };
}

/** Errors lose subclass and stack, by superjson as by us; everything else stays. */
function normal(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(normal);
  if (value instanceof Map) return new Map([...value].map(([k, v]) => [normal(k), normal(v)]));
  if (value instanceof Set) return new Set([...value].map(normal));
  if (value instanceof Error) {
    return { name: value.name, message: value.message, cause: normal(value.cause) };
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, normal(item)]));
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

function errorOf(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(WireError);
    return error as Error;
  }
  throw new Error('did not throw');
}

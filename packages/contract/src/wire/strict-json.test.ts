import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { scanJson } from './json-scan.ts';
import { refuseForbiddenKeys } from './json-walk.ts';
import { parseStrictJson } from './strict-json.ts';
import { malformed, WireError } from './wire-error.ts';

const names = fc.constantFrom(
  'a',
  'protocol',
  'constructors',
  '__proto__',
  'constructor',
  'prototype',
);
const texts = fc.oneof(
  fc.json(),
  fc.string({ unit: fc.constantFrom(...Array.from('[]{},:"\\u1 ')) }),
  fc
    .tuple(names, fc.json(), fc.boolean())
    .map(([name, json, escaped]) =>
      escaped
        ? `[{"\\u00${code(name)}${name.slice(1)}":${json}}]`
        : `[{"${name}":${json}},"${name}"]`,
    ),
);
const limits = fc.record({
  // Above all texts: sizes are not what is compared.
  maxBodyBytes: fc.constant(1_000_000),
  maxDepth: fc.nat(6),
  maxNodes: fc.integer({ min: 1, max: 70 }),
});

describe('parseStrictJson', () => {
  it('finds what each check would find that is made in full, in the same words', () => {
    fc.assert(
      fc.property(texts, limits, (text, most) => {
        const inFull = (): unknown => {
          scanJson(text, most);
          return parse(text);
        };
        expect(outcomeOf(() => parseStrictJson(text, most))).toEqual(outcomeOf(inFull));
      }),
      { numRuns: 2_000 },
    );
  });

  it('parses nothing that is too deep or holds too many values', () => {
    const parsed = vi.spyOn(JSON, 'parse');
    const most = { maxBodyBytes: 1_000, maxDepth: 2, maxNodes: 4 };
    for (const text of ['[[[', '[[[]]]', '[1,1,1,1]', '{"a":{"b":{"c":1}}}']) {
      expect(() => parseStrictJson(text, most)).toThrow(WireError);
    }
    expect(parsed).not.toHaveBeenCalled();
    expect(parseStrictJson('[[1]]', most)).toEqual([[1]]);
    parsed.mockRestore();
  });
});

function parse(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed(text.trim() === '' ? 'Empty where JSON is expected.' : 'Not JSON.');
  }
  // The escape makes the walk look at every key.
  refuseForbiddenKeys(value, String.raw`\u`);
  return value;
}

function code(name: string): string {
  return name.charCodeAt(0).toString(16);
}

function outcomeOf(run: () => unknown): unknown {
  try {
    return { value: run() };
  } catch (error) {
    if (error instanceof WireError) return { reason: error.reason, message: error.message };
    throw error;
  }
}

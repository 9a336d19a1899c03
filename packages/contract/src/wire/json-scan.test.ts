import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSurelyWithin, scanJson, type JsonLimits } from './json-scan.ts';
import { WireError } from './wire-error.ts';

describe('scanJson', () => {
  it('counts the values and levels of any JSON text exactly', () => {
    const spaced = fc.tuple(fc.jsonValue(), fc.constantFrom(0, 1, '\t', ' \n ' as const));
    fc.assert(
      fc.property(spaced, ([value, space]) => {
        const text = JSON.stringify(value, null, typeof space === 'number' ? space : '\t');
        const maxNodes = nodesOf(value);
        const maxDepth = depthOf(value);
        scanJson(text, { maxNodes, maxDepth });
        if (maxNodes > 1) {
          expect(() => scanJson(text, { maxNodes: maxNodes - 1, maxDepth })).toThrow(WireError);
        }
        if (maxDepth > 0) {
          expect(() => scanJson(text, { maxNodes, maxDepth: maxDepth - 1 })).toThrow(WireError);
        }
      }),
    );
  });

  it('does not look into strings', () => {
    scanJson(String.raw`"[[[,,,\"[[[\\"`, { maxNodes: 1, maxDepth: 0 });
  });

  it('stops at the first bracket too many', () => {
    const text = `${'['.repeat(3)}"this string does not end`;
    expect(() => scanJson(text, { maxNodes: 9, maxDepth: 2 })).toThrow('Nested deeper than 2.');
  });
});

const scraps = fc.constantFrom(
  ...Array.from('[]{},:"\\ 1'),
  '\n',
  'é',
  '\u{1F600}',
  '\uD800',
  '\u0122',
  String.raw`\"`,
  '[]',
  '{ }',
  '"a"',
  'null',
);
const texts = fc.oneof(fc.string({ unit: scraps, maxLength: 60 }), fc.json());
const limits = fc.record({ maxDepth: fc.nat(6), maxNodes: fc.integer({ min: 1, max: 70 }) });

describe('any text', () => {
  it('is judged byte by byte as it is character by character', () => {
    fc.assert(
      fc.property(texts, limits, (text, most) => {
        expect(outcomeOf(scanJson, text, most)).toBe(outcomeOf(scanCharacters, text, most));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is surely within limits only where a scan finds none of them passed', () => {
    fc.assert(
      fc.property(texts, limits, (text, most) => {
        fc.pre(isSurelyWithin(text, most));
        expect(['passes', 'Not JSON: a string does not end.']).toContain(
          outcomeOf(scanCharacters, text, most),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('needs a scan from the first bracket and the first character that could pass a limit', () => {
    const brackets = (count: number): string => '[{'.repeat(32) + '['.repeat(count - 64);
    expect(isSurelyWithin(brackets(64), { maxDepth: 64, maxNodes: 200 })).toBe(true);
    expect(isSurelyWithin(brackets(65), { maxDepth: 64, maxNodes: 200 })).toBe(false);
    expect(isSurelyWithin(',,,', { maxDepth: 0, maxNodes: 4 })).toBe(true);
    expect(isSurelyWithin(',,,,', { maxDepth: 0, maxNodes: 4 })).toBe(false);
  });
});

function outcomeOf(scan: typeof scanJson, text: string, most: JsonLimits): string {
  try {
    scan(text, most);
    return 'passes';
  } catch (error) {
    if (error instanceof WireError) return error.message;
    throw error;
  }
}

/** The plainest scan that can be written down, as the measure of the fast one. */
function scanCharacters(text: string, { maxDepth, maxNodes }: JsonLimits): void {
  const tooMany = new WireError('tooLarge', `More than ${maxNodes} values.`);
  let depth = 0;
  let nodes = 1;
  let last = '';
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (inString) {
      if (char === '\\') at += 1;
      else if (char === '"') inString = false;
      continue;
    }
    if (' \n\r\t'.includes(char)) continue;
    if (char === '"') inString = true;
    if ('[{'.includes(char)) depth += 1;
    if (',[{'.includes(char)) nodes += 1;
    if (char === ',' && nodes > maxNodes) throw tooMany;
    if (depth > maxDepth) throw new WireError('tooLarge', `Nested deeper than ${maxDepth}.`);
    if (']}'.includes(char)) {
      depth -= 1;
      if (last !== '' && '[{'.includes(last)) nodes -= 1;
    }
    last = char;
  }
  if (inString) throw new WireError('malformed', 'Not JSON: a string does not end.');
  if (nodes > maxNodes) throw tooMany;
}

function nodesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, item) => sum + nodesOf(item), 1);
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

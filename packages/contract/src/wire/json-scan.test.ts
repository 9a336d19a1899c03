import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanJson } from './json-scan.ts';
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

function nodesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, item) => sum + nodesOf(item), 1);
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

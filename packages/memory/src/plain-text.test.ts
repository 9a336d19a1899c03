import { isSqsText } from '@replyq/contract/wire';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlainText } from './plain-text.ts';

const ASCII = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));

describe('a plain text', () => {
  it.each(ASCII)('has no control but line feeds, wherever it stands: %j', (character) => {
    const isPlain = character === '\n' || character >= ' ';
    for (const before of [0, 1, 2, 3, 4, 4_094, 4_095, 4_096]) {
      for (const after of [0, 1, 2, 3]) {
        const text = `${'x'.repeat(before)}${character}${'\n'.repeat(after)}`;
        expect(isPlainText(text)).toBe(isPlain);
      }
    }
  });

  it.each(['\u0080', 'é', '€', '\uD800', '\uFFFF', '🐢'])(
    'has nothing beyond ASCII, wherever it stands: %j',
    (character) => {
      for (let before = 4_090; before < 4_100; before += 1) {
        expect(isPlainText(`${'x'.repeat(before)}${character}`)).toBe(false);
        expect(isPlainText(`${'x'.repeat(before)}${character}xxxx`)).toBe(false);
        expect(isPlainText(`${character}${'x'.repeat(before)}`)).toBe(false);
      }
    },
  );

  it('is one that SQS takes', () => {
    const unit = fc.oneof(fc.constantFrom(...ASCII), fc.constantFrom('é', '€', '\uFFFE', '🐢'));
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        expect(isSqsText(text) || !isPlainText(text)).toBe(true);
      }),
    );
  });

  it('does not depend on the text that was looked at before', () => {
    expect(isPlainText('\0'.repeat(8))).toBe(false);
    expect(isPlainText('x')).toBe(true);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeValue } from './content.ts';
import { escapeForSqs, isSqsText } from './sqs-text.ts';
import { writeMessage } from './message.ts';

describe('escapeForSqs', () => {
  it('B8: makes any value sendable and changes nothing of it', () => {
    const odd = fc.string({
      unit: fc.constantFrom('\uFFFE', '\uFFFF', '\uD800', '\0', '\u{1FFFE}', 'a', '\uFFFD'),
    });
    fc.assert(
      fc.property(fc.dictionary(odd, odd, { noNullPrototype: true }), (value) => {
        const { body } = encodeValue(value);
        expect(isSqsText(body)).toBe(true);
        expect(JSON.parse(body)).toEqual(value);
        const header = { meta: value };
        const { attributes } = writeMessage({ header, body, attributes: {} });
        expect(isSqsText(String(attributes['replyq']?.value))).toBe(true);
      }),
    );
    expect(escapeForSqs('"\uFFFE\uFFFF"')).toBe(String.raw`"\ufffe\uffff"`);
  });
});

describe('isSqsText', () => {
  it('knows both sides of each boundary of the set', () => {
    for (const ok of [
      '\t',
      '\n',
      '\r',
      ' ',
      '\uD7FF',
      '\uE000',
      '\uFFFD',
      '\u{10000}',
      '\u{10FFFF}',
      '\u{1FFFE}',
    ]) {
      expect(isSqsText(ok), JSON.stringify(ok)).toBe(true);
    }
    for (const bad of [
      '\0',
      '\b',
      '\v',
      '\f',
      '\x0e',
      '\x1f',
      '\uD800',
      '\uDFFF',
      '\uFFFE',
      '\uFFFF',
    ]) {
      expect(isSqsText(bad), JSON.stringify(bad)).toBe(false);
    }
  });
});

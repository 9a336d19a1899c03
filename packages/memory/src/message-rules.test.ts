import type { OutgoingMessage } from '@replyq/queue';
import { describe, expect, it } from 'vitest';
import { attributesFault } from './attribute-rules.ts';
import { messageFault } from './message-rules.ts';
import { resolveQueueSettings } from './queue-settings.ts';

const limits = {
  maxBatchEntries: 10,
  maxMessageBytes: 1_048_576,
  maxBatchBytes: 1_048_576,
  maxWaitMs: 20_000,
};
const standard = resolveQueueSettings({}, limits);
const fifo = resolveQueueSettings({ fifo: true }, limits);

function fault(rest: Partial<OutgoingMessage>, settings = standard): string | undefined {
  return messageFault({ body: 'x', attributes: {}, ...rest }, settings)?.kind;
}

function numberFault(value: string): string | undefined {
  return attributesFault({ n: { type: 'Number', value } });
}

describe('message rules', () => {
  it.each(['\t', '\n', '\r', ' ', '\uD7FF', '\uE000', '\uFFFD', '\u{10000}', '\u{10FFFF}'])(
    'takes the character %j',
    (body) => expect(fault({ body })).toBeUndefined(),
  );

  it.each(['\u0000', '\u0008', '\u000B', '\u001F', '\uD800', '\uDFFF', '\uFFFE', '\uFFFF'])(
    'refuses the character %j',
    (body) => expect(fault({ body })).toBe('invalid'),
  );

  it('takes ids of up to 128 letters, digits and punctuation', () => {
    const groupId = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~aZ09'.padEnd(128, 'x');
    expect(fault({ groupId })).toBeUndefined();
    expect(fault({ groupId, deduplicationId: groupId }, fifo)).toBeUndefined();
    for (const bad of ['', 'a b', 'é', `${groupId}x`]) {
      expect(fault({ groupId: bad })).toBe('invalid');
      expect(fault({ groupId: bad, deduplicationId: 'd' }, fifo)).toBe('invalid');
      expect(fault({ groupId, deduplicationId: bad }, fifo)).toBe('invalid');
    }
  });

  it('refuses a deduplication id on a standard queue', () => {
    expect(fault({ groupId: 'g', deduplicationId: 'd' })).toBe('invalid');
  });

  it('takes a delay up to 15 minutes, on standard queues only', () => {
    expect(fault({ delayMs: 900_000 })).toBeUndefined();
    expect(fault({ delayMs: 900_001 })).toBe('invalid');
    expect(fault({ delayMs: -1 })).toBe('invalid');
    expect(fault({ delayMs: Number.NaN })).toBe('invalid');
    expect(fault({ delayMs: 1, groupId: 'g', deduplicationId: 'd' }, fifo)).toBe('invalid');
  });

  it('refuses an empty trace header and one with a foreign character', () => {
    expect(fault({ traceHeader: '' })).toBe('invalid');
    expect(fault({ traceHeader: 'Root=\u0000' })).toBe('invalid');
  });
});

describe('attribute rules', () => {
  it.each(['0', '-1', '+1', '1.5', '.5', '5.', '1e10', '1E-100', '0'.repeat(60), '9'.repeat(38)])(
    'takes the number %s',
    (value) => expect(numberFault(value)).toBeUndefined(),
  );

  it.each(['x', '1x', '--1', '1e', '.', '1 ', '0x1', 'NaN', 'Infinity', '9'.repeat(39)])(
    'refuses the number %s',
    (value) => expect(numberFault(value)).toBeDefined(),
  );

  it('wants text where the type says text, and bytes where it says bytes', () => {
    expect(attributesFault({ a: { type: 'Binary', value: 'text' } })).toContain('bytes');
    expect(attributesFault({ a: { type: 'String', value: Uint8Array.of(1) } })).toContain('text');
  });

  it.each(['', 'Text', 'string', 'String.', 'String x', `String.${'x'.repeat(250)}`])(
    'refuses the type %j',
    (type) => expect(attributesFault({ a: { type, value: 'v' } })).toContain('type'),
  );
});

import { expect, test } from 'vitest';
import { messageBytes } from './message-bytes.ts';

test('a message counts its body in UTF-8 and of each attribute name, type and value', () => {
  expect(messageBytes({ body: 'aä🐢', attributes: {} })).toBe(1 + 2 + 4);
  expect(
    messageBytes({
      body: '',
      attributes: {
        abc: { type: 'String', value: 'ü' },
        bin: { type: 'Binary', value: new Uint8Array(5) },
      },
    }),
  ).toBe(3 + 6 + 2 + (3 + 6 + 5));
});

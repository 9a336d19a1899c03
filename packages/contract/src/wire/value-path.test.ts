import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatValuePath } from './value-path.ts';

it('a path reads like code', () => {
  expect(formatValuePath(['user', 'tags', 2, 'a b'])).toBe('$.user.tags[2]["a b"]');
});

it('a path is short and printable, whatever the names', () => {
  const names = fc.array(fc.oneof(fc.string({ unit: 'binary', maxLength: 100 }), fc.nat()), {
    maxLength: 80,
  });
  fc.assert(
    fc.property(names, (path) => {
      const text = formatValuePath(path);
      expect(text.length).toBeLessThan(400);
      expect(text).toMatch(/^[\x20-\x7e…]*$/);
    }),
  );
});

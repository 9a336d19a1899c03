import { expect, it } from 'vitest';
import { formatMarkdown } from './markdown.ts';
import { rowWith } from './testing-rows.ts';

const columnsOf = (...rows: readonly ReturnType<typeof rowWith>[]): string =>
  formatMarkdown({ rows, ratios: {}, targets: [] }).split('\n')[0] ?? '';

it('tells payloads and requesters where rows differ in them, and only there', () => {
  const usual = rowWith({ callers: 64 });
  expect(columnsOf(usual, usual)).not.toMatch(/payload|requesters/);
  expect(columnsOf(usual, rowWith({ callers: 64, payloadBytes: 9 }))).toContain('| payload B |');
  expect(columnsOf(usual, rowWith({ callers: 64, requesters: 2 }))).toContain('| requesters |');
});

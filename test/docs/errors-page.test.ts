// docs/errors.md shows the closed list of codes as the code has it.
import { readFileSync } from 'node:fs';
import { ERROR_CODES } from '@replyq/contract';
import { expect, test } from 'vitest';

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');

test.each(Object.entries(ERROR_CODES))('%s stands on the errors page with its meaning', (code, { means, trpc }) => {
  const row = page.split('\n').find((line) => line.startsWith(`| \`${code}\` | \`${trpc}\``));
  expect(row).toContain(`| ${means} |`);
});

// docs/errors.md shows the closed list of codes as the code has it.
import { readFileSync } from 'node:fs';
import { ERROR_CODES } from '@replyq/contract';
import { expect, test } from 'vitest';

const rows = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()));

test.each(Object.entries(ERROR_CODES))(
  '%s stands on the errors page with its meaning',
  (code, { means, trpc }) => {
    const row = rows.find(
      ([, first, second]) => first === `\`${code}\`` && second === `\`${trpc}\``,
    );
    expect(row?.[3]).toBe(means);
  },
);

// What docs/workers-in-other-languages.md shows is what the other tests here run.
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const here = fileURLToPath(new URL('.', import.meta.url));
const page = readFileSync(
  new URL('../../docs/workers-in-other-languages.md', import.meta.url),
  'utf8',
);
const shown = [...page.matchAll(/<!-- file: (\S+) -->\s*```\w+\n([\s\S]*?)```/g)];
const files = ['mail-contract.ts', ...globSync('programs/*.{py,sh}', { cwd: here })];

it('shows each program, word for word', () => {
  const programs = Object.fromEntries(
    files.map((file) => [file.replace('programs/', ''), readFileSync(here + file, 'utf8')]),
  );
  expect(Object.fromEntries(shown.map(([, name, text]) => [name, text]))).toEqual(programs);
});

it('shows no other program', () => {
  expect([...page.matchAll(/^```\w/gm)]).toHaveLength(shown.length);
});

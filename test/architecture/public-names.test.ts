import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packages, readText } from './sources.ts';

/** `name` or `type name` of everything that a file exports, `export *` followed. */
function exportedNames(path: string): readonly string[] {
  const text = readText(path);
  const lists = [...text.matchAll(/^export (type )?\{([^}]*)\}/gm)].flatMap(([, type, list = '']) =>
    list
      .split(',')
      .map((name) => name.trim().replace(/^(type )?.* as /, '$1'))
      .filter((name) => name !== '')
      .map((name) => (type === undefined ? name : `type ${name}`)),
  );
  const declared = [
    ...text.matchAll(
      /^export (?:declare )?(?:abstract |async )?(const|let|function\*?|class|type|interface) (\w+)/gm,
    ),
  ].map(([, kind = '', name = '']) => (/^(type|interface)$/.test(kind) ? `type ${name}` : name));
  const stars = [...text.matchAll(/^export (type )?\* from '([^']+)'/gm)].flatMap(
    ([, type, target = '']) =>
      exportedNames(join(dirname(path), target)).map((name) =>
        type === undefined || name.startsWith('type ') ? name : `type ${name}`,
      ),
  );
  return [...new Set([...lists, ...declared, ...stars])];
}

const byName = (left: string, right: string): number =>
  left.replace('type ', '') < right.replace('type ', '') ? -1 : 1;

describe('the public names', () => {
  // A name that is exported is a promise. Look at the difference, then: vitest -u.
  it('are those that were reviewed', async () => {
    const entries = packages.flatMap(({ name, manifest }) =>
      Object.entries(manifest.exports)
        .filter(([, target]) => target.endsWith('.ts'))
        .map(([entry, target]) => ({
          entry: join(manifest.name, entry),
          names: exportedNames(join('packages', name, target)).toSorted(byName),
        })),
    );
    const list = entries
      .map(({ entry, names }) => [entry, ...names.map((name) => `  ${name}`)].join('\n'))
      .join('\n\n');
    await expect(`${list}\n`).toMatchFileSnapshot('public-names.txt');
  });
});

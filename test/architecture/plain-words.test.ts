import { describe, expect, it } from 'vitest';
import { filesUnder, readText } from './sources.ts';

const FORBIDDEN: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a path of one machine', /(?<![\w.-])\/(?:home|root|Users|work)\//],
  [
    'a package registry by address',
    /https?:\/\/[^\s/]*(?:registry|npm-proxy|artifactory)[^\s/]*\//,
  ],
  ['something left to do', /\b(?:TODO|FIXME|XXX|HACK)\b/],
  ['a test that is alone', /\b(?:it|test|describe)\.only\(/],
];

const files = [
  'README.md',
  'CONTRIBUTING.md',
  'package.json',
  'pnpm-lock.yaml',
  ...filesUnder('packages', /\.(ts|md|json)$/),
  ...filesUnder('docs', /\.md$/),
  ...filesUnder('examples', /\.(ts|md|json)$/),
  ...filesUnder('bench', /\.(ts|md|json)$/),
  ...filesUnder('test', /\.(ts|mjs|md)$/).filter((path) => !path.endsWith('plain-words.test.ts')),
];

describe('what is published', () => {
  it.each(FORBIDDEN)('never has %s', (_, pattern) => {
    const found = files.flatMap((path) =>
      readText(path)
        .split('\n')
        .flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1} ${line.trim()}`] : [])),
    );
    expect(found).toEqual([]);
  });
});

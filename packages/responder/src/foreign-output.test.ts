import { defineContract, query } from '@replyq/contract';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { openAnswerer } from './testing/answerer-rig.ts';

test.each([
  [new Date(0), '"1970-01-01T00:00:00.000Z"'],
  [
    { at: new Date(0), total: 5n, tags: new Set(['\uFFFF']) },
    String.raw`{"at":"1970-01-01T00:00:00.000Z","total":"5","tags":["\uffff"]}`,
  ],
  [undefined, 'null'],
])('a stranger gets plain JSON, without what would revive it: %#', async (output, body) => {
  const rig = openAnswerer({
    contract: defineContract('f', {
      run: query({ foreign: 'json', input: z.unknown(), output: z.unknown() }),
    }),
    handlers: { run: () => output },
  });
  await rig.answer({ foreign: true, body: '1' });
  expect(rig.replies).toMatchObject([{ body, header: { content: 'json', kind: 'result' } }]);
});

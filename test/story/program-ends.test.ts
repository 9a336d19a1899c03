// What a program is left with when it has closed what it opened: nothing, so it ends by itself.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createSqsService } from '@replyq/sqs';
import { startLocalSqs } from '@replyq/testing';
import { expect, test } from 'vitest';
import { queueNames } from './worlds.ts';

const PROGRAM = fileURLToPath(new URL('closing-program.ts', import.meta.url));

test('after close no timer, socket or poll is alive, no reply queue is left, and the process ends', async () => {
  await using local = await startLocalSqs();
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [PROGRAM, local.endpoint, local.region],
    {
      timeout: 20_000,
    },
  );
  const endedAt = Date.now();
  const { after, before, closedAt, replies, requesterClosedMs, responderClosedMs } =
    JSON.parse(stdout);
  expect(replies).toBe(2);
  expect(after).toEqual(before);
  // Bounds, not timings: a poll that is not aborted takes 20 s, a handler that is not given up 60 s.
  expect(requesterClosedMs).toBeLessThan(10_000);
  expect(responderClosedMs).toBeLessThan(10_000);
  expect(endedAt - closedAt).toBeLessThan(5000);
  const service = createSqsService({ clientConfig: local.clientConfig });
  expect(await queueNames(service)).toEqual(['auth']);
  await service.close();
});

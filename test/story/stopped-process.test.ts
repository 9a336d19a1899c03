// A requester stands still, as a real process, for longer than its queue is kept, and goes on.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sweepIdleQueues, type QueueService, type SweepReport } from '@replyq/queue';
import { createResponder } from '@replyq/responder';
import { createSqsService, sqsTransport } from '@replyq/sqs';
import { startLocalSqs } from '@replyq/testing';
import { expect, test } from 'vitest';
import { auth } from './auth-contract.ts';

const SCRIPT = fileURLToPath(new URL('stopped-requester.ts', import.meta.url));

test.skipIf(process.platform === 'win32')(
  'a process that was stopped, and whose queue was swept meanwhile, calls again',
  async () => {
    await using local = await startLocalSqs();
    const { clientConfig, endpoint, region } = local;
    const transport = sqsTransport({ clientConfig });
    const service = createSqsService({ clientConfig });
    const responder = createResponder({
      transport,
      contract: auth,
      create: true,
      handlers: {
        login: ({ input }) => ({ token: input.user, at: new Date() }),
        echo: ({ input }) => ({ input, pid: process.pid }),
        slow: () => 'done',
        fails: () => undefined,
        user: { byId: ({ input }) => ({ id: input }) },
      },
    });
    await responder.start();
    const child = spawn(process.execPath, [SCRIPT, endpoint, region], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    try {
      const answers = createInterface({ input: child.stdout });
      const ask = async (input: string): Promise<unknown> => {
        child.stdin.write(`${input}\n`);
        const [line] = (await once(answers, 'line', { signal: AbortSignal.timeout(20_000) })) as [
          string,
        ];
        return JSON.parse(line);
      };
      expect(await ask('first')).toMatchObject({ input: 'first' });
      // Until the reply is deleted: what lies in a queue is not swept with it.
      await expect.poll(() => heldIn(service), { timeout: 15_000 }).toBe(0);
      child.kill('SIGSTOP');
      let report: SweepReport | undefined;
      for (let look = 0; look < 20 && report?.deleted.length !== 1; look += 1) {
        await pause(500);
        report = await sweepIdleQueues(service);
      }
      expect(report).toMatchObject({ deleted: [expect.any(String)] });
      child.kill('SIGCONT');
      expect(await ask('second')).toMatchObject({ input: 'second' });
    } finally {
      child.kill('SIGKILL');
      await responder.close();
      await service.close();
      await transport.close();
    }
  },
  60_000,
);

/** Messages in the one reply queue that there is. */
async function heldIn(service: QueueService): Promise<number> {
  const listed = await service.listQueues({ prefix: '__RequesterClientQueues__' });
  const [queueUrl = ''] = listed.kind === 'ok' ? listed.queueUrls : [];
  const found = await service.getQueueAttributes({ queueUrl });
  if (found.kind !== 'ok') throw new Error(found.kind);
  const { delayedCount, inFlightCount, visibleCount } = found.attributes;
  return delayedCount + inFlightCount + visibleCount;
}

import { setTimeout as delay } from 'node:timers/promises';
import { startLocalSqs } from '@replyq/testing';
import { expect, it } from 'vitest';
import { adapters } from './testing/adapters.ts';

// Alone in its file: it counts what the process holds open.
const handles = (): string[] =>
  process.getActiveResourcesInfo().filter((kind) => /TCP|Timeout|Immediate/.test(kind));
const sockets = (): string[] => handles().filter((kind) => kind === 'TCPSocketWrap');
/** Nothing is open, not even a timer. Waits by itself: `expect.poll` would count its own. */
const expectNoHandles = async (): Promise<void> => {
  for (let turn = 0; turn < 200 && handles().length > 0; turn++) await delay(20);
  expect(handles()).toEqual([]);
};
const poll = { maxMessages: 10, waitMs: 20_000, visibilityMs: 5_000 };

it.each(adapters)(
  '%s: close ends what is open, refuses what comes later and leaves no handle',
  async (_name, create) => {
    const server = await startLocalSqs();
    const service = create({ clientConfig: server.clientConfig });
    const made = await service.createQueue({ name: 'q' });
    const queueUrl = made.kind === 'ok' ? made.queueUrl : '';
    const polling = service.receive({ queueUrl, ...poll });
    // The server's ends of two connections, and ours of the poll: our idle one is not counted.
    await expect.poll(() => sockets().length).toBe(3);

    await service.close();
    await service.close();
    expect(await polling).toMatchObject({ kind: 'aborted' });
    await expect.poll(sockets).toEqual([]);
    expect(await service.receive({ queueUrl, ...poll })).toMatchObject({ kind: 'unreachable' });
    expect(sockets()).toEqual([]);

    await server.close();
    await expectNoHandles();
  },
);

it.each(adapters)(
  '%s: a service that was never used has nothing to close',
  async (_name, create) => {
    const service = create({ clientConfig: { region: 'us-east-1' } });
    await service.close();
    await expectNoHandles();
  },
);

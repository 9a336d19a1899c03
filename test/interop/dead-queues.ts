import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SqsTransportOptions } from '@replyq/sqs';
import { kill, spawnChild } from './children.ts';
import { within } from './until.ts';
import type { World } from './world.ts';

const START_WITHIN_MS = 30_000;

/** The name of the reply queue that a killed Java requester has left. */
export async function deadJavaQueue(world: World, sinkUrl: string): Promise<string> {
  const requester = await world.javaRequester({ idleRetentionSeconds: 2, heartbeatSeconds: 1 });
  const name = await javaHostQueue(world, requester, sinkUrl);
  await requester.program.kill();
  return name;
}

/** The name of a Java requester's reply queue, which it makes when it asks. */
export async function javaHostQueue(
  world: World,
  requester: Awaited<ReturnType<World['javaRequester']>>,
  sinkUrl: string,
): Promise<string> {
  // It is not answered.
  requester.ask(sinkUrl, 'x', { timeoutSeconds: 60 }).catch(() => undefined);
  const { attributes } = await world.raw.take(sinkUrl);
  const [hostUrl = ''] = (attributes['ResponseQueueUrl']?.value ?? '').split('#');
  return hostUrl.slice(hostUrl.lastIndexOf('/') + 1);
}

/** The name of the reply queue that a killed replyq requester has left. */
export async function deadReplyqQueue(world: World): Promise<string> {
  const { clientConfig } = world;
  const replyQueue = { idleRetentionMs: 2000, heartbeatIntervalMs: 500, sweep: false };
  const settings: SqsTransportOptions = { clientConfig, replyQueue };
  const file = fileURLToPath(new URL('doomed-requester.ts', import.meta.url));
  const child = spawnChild(process.execPath, [file, JSON.stringify(settings)], {
    stdio: ['pipe', 'pipe', 2],
  });
  if (child.stdout === null) throw new Error('a child without standard output');
  const lines = createInterface({ input: child.stdout });
  const told = once(lines, 'line') as Promise<[string]>;
  const [clientId] = await within('a ready requester', told, START_WITHIN_MS);
  await kill(child);
  return `__RequesterClientQueues__${clientId}-0`;
}

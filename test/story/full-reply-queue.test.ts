// F29: the reply queue of a requester that died goes on filling, and nobody reads it.
import { defineContract, query } from '@replyq/contract';
import { sleep } from '@replyq/contract/transport';
import { createRequester, type Requester } from '@replyq/requester';
import { createResponder } from '@replyq/responder';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { openVirtualWorld, type VirtualProgram, type VirtualWorld } from './virtual-world.ts';

const work = defineContract('work', {
  take: query({ input: z.number(), output: z.string(), timeoutMs: 60_000 }),
});

const [SECOND_MS, MINUTE_MS] = [1000, 60_000];
/** What a reply queue keeps, and what dead ones may take to go: docs/temporary-queues.md. */
const REPLY_RETENTION_MS = 300_000;
const SWEPT_WITHIN_MS = 16 * MINUTE_MS;
const DEAD_CALLS = 2000;

let world: VirtualWorld;
let responding: VirtualProgram;
let dead: VirtualProgram;
let survivor: Requester;
/** Of the dead requester. */
let replyQueue: string;
let deadSinceMs: number;

beforeEach(async () => {
  world = openVirtualWorld();
  responding = world.program();
  const { observer, transport } = responding;
  const responder = createResponder({
    transport,
    observer,
    contract: work,
    create: true,
    concurrency: 5000,
    handlers: {
      take: async ({ input }) => {
        await sleep(world.runtime, input);
        return 'x'.repeat(1000);
      },
    },
  });
  await world.runtime.run(responder.start());
  world.atEnd(() => responder.close());
  survivor = createRequester({ transport: world.program().transport });
  world.atEnd(() => survivor.close());
  await world.runtime.run(survivor.client(work).take(0));
  dead = world.program();
  const requester = createRequester({ transport: dead.transport });
  const client = requester.client(work);
  for (let nth = 0; nth < DEAD_CALLS; nth += 1) client.take(5 * SECOND_MS).catch(() => undefined);
  await world.runtime.advance(SECOND_MS);
  dead.kill();
  deadSinceMs = world.runtime.monotonicMs();
  replyQueue = dead.told('replyQueueMade')[0]?.queue ?? '';
});

afterEach(() => world[Symbol.asyncDispose]());

const isThere = async (): Promise<boolean> =>
  (await world.service.getQueueUrl({ name: replyQueue })).kind === 'ok';

/** The survivor calls once a second, and is answered at once each time. */
async function serveFor(ms: number): Promise<void> {
  for (let elapsedMs = 0; elapsedMs < ms; elapsedMs += SECOND_MS) {
    const startedMs = world.runtime.monotonicMs();
    await world.runtime.run(survivor.client(work).take(0));
    const tookMs = world.runtime.monotonicMs() - startedMs;
    expect(tookMs).toBeLessThanOrEqual(100);
    await world.runtime.advance(SECOND_MS - tookMs);
  }
}

test('the responder answers others as before, the backlog ends with its retention, then the queue is swept', async () => {
  await serveFor(10 * SECOND_MS);
  expect(responding.told('replySent').length).toBeGreaterThanOrEqual(DEAD_CALLS);
  expect((await world.count(replyQueue)).visible).toBeGreaterThan(0);
  await serveFor(REPLY_RETENTION_MS);
  if (await isThere()) expect(await world.count(replyQueue)).toEqual({ visible: 0, inFlight: 0 });
  await world.runtime.advance(SWEPT_WITHIN_MS - (world.runtime.monotonicMs() - deadSinceMs));
  expect(await isThere()).toBe(false);
  expect(responding.told('replyUndeliverable')).toEqual([]);
  expect(await world.count('work')).toEqual({ visible: 0, inFlight: 0 });
});

test('while somebody goes on naming it the backlog stays bounded, and once it is gone requests are done and deleted', async () => {
  const { runtime, service } = world;
  const queueUrl = await world.urlOf('work');
  const replyTo = { type: 'String', value: `${await world.urlOf(replyQueue)}#stray` };
  const header = { v: 1, type: 'query', contract: 'work', timeoutMs: 60_000, content: 'json' };
  const send = async (): Promise<void> => {
    const told = JSON.stringify({ ...header, at: runtime.nowMs() });
    const attributes = {
      ResponseQueueUrl: replyTo,
      'replyq.procedure': { type: 'String', value: 'take' },
      replyq: { type: 'String', value: told },
    };
    await service.sendBatch({ queueUrl, entries: [{ body: '0', attributes }] });
  };
  await runtime.advance(10 * SECOND_MS);
  let most = 0;
  for (let second = 0; second < 12 * 60; second += 1) {
    await send();
    await runtime.advance(SECOND_MS);
    if (second > 6 * 60 && (await isThere()))
      most = Math.max(most, (await world.count(replyQueue)).visible);
  }
  // What comes in five minutes, at one a second.
  expect(most).toBeLessThanOrEqual(REPLY_RETENTION_MS / SECOND_MS + 1);
  await serveFor(10 * SECOND_MS);
  // Nobody beats for it, so it goes as soon as it is empty once.
  await runtime.advance(SWEPT_WITHIN_MS);
  expect(await isThere()).toBe(false);
  await send();
  await serveFor(10 * SECOND_MS);
  expect(responding.told('replyUndeliverable')).toHaveLength(1);
  expect(await world.count('work')).toEqual({ visible: 0, inFlight: 0 });
});

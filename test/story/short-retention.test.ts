// F31: a queue forgets a request before its caller does.
import { defineContract, query, safe, task } from '@replyq/contract';
import { sleep } from '@replyq/contract/transport';
import { createRequester, type Requester } from '@replyq/requester';
import { createResponder } from '@replyq/responder';
import { ensureQueues } from '@replyq/tasks';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { openVirtualWorld, type VirtualProgram, type VirtualWorld } from './virtual-world.ts';

const slow = defineContract('slow', {
  wait: query({ input: z.number(), output: z.number(), timeoutMs: 180_000 }),
  later: task({ input: z.number(), output: z.number(), timeoutMs: 180_000 }),
});

const RETENTION_MS = 60_000;

let world: VirtualWorld;
let asking: VirtualProgram;
let requester: Requester;
let runs: number[];

beforeEach(async () => {
  world = openVirtualWorld();
  runs = [];
  await world.service.createQueue({ name: 'slow', attributes: { retentionMs: RETENTION_MS } });
  asking = world.program();
  requester = createRequester({ transport: asking.transport });
  world.atEnd(() => requester.close());
});

afterEach(() => world[Symbol.asyncDispose]());

async function startResponder(): Promise<VirtualProgram> {
  const program = world.program();
  const handle = async ({ input }: { readonly input: number }): Promise<number> => {
    runs.push(input);
    await sleep(world.runtime, input);
    return input;
  };
  const { observer, transport } = program;
  const responder = createResponder({
    transport,
    observer,
    contract: slow,
    deadLetterQueue: false,
    handlers: { wait: handle, later: handle },
  });
  await world.runtime.run(responder.start());
  world.atEnd(() => responder.close());
  return program;
}

test('a call that nobody takes in time fails at its deadline, and never runs', async () => {
  const startedMs = world.runtime.monotonicMs();
  const { error } = await world.runtime.run(safe(requester.client(slow).wait(1)));
  expect(error).toMatchObject({ code: 'TIMEOUT', maybeExecuted: true });
  expect(world.runtime.monotonicMs() - startedMs).toBe(180_000);
  await startResponder();
  expect(await world.runtime.run(requester.client(slow).wait(2))).toBe(2);
  await world.runtime.advance(60_000);
  expect(runs).toEqual([2]);
  expect(requester.pendingCount()).toBe(0);
});

test('a call whose message is forgotten while it runs is answered, and runs once', async () => {
  const { told } = await startResponder();
  expect(await world.runtime.run(requester.client(slow).wait(150_000))).toBe(150_000);
  await world.runtime.advance(10_000);
  expect(runs).toEqual([150_000]);
  expect(told('answererFailed')).toEqual([]);
  expect(await world.count('slow')).toEqual({ visible: 0, inFlight: 0 });
});

test('a task that nobody takes in time is lost, and whoever waits for its result is told in time', async () => {
  const { later } = requester.tasks(slow);
  const lost = await world.runtime.run(later.enqueue(1, { result: { withinMs: 120_000 } }));
  const { error } = await world.runtime.run(safe(lost.result()));
  expect(error).toMatchObject({ code: 'TIMEOUT' });
  await startResponder();
  await world.runtime.advance(60_000);
  expect(runs).toEqual([]);
  expect(requester.pendingCount()).toBe(0);
});

test('a queue that is set up may not forget what its tasks still need, and drift to that is seen', async () => {
  const { transport } = asking;
  const short = [{ queue: 'short', contract: slow, retentionMs: RETENTION_MS }];
  await expect(ensureQueues(transport, short)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  const plan = await world.runtime.run(ensureQueues(transport, [slow]));
  expect(plan).toMatchObject({
    queues: expect.arrayContaining([
      expect.objectContaining({
        queue: 'slow',
        changes: expect.arrayContaining([
          expect.objectContaining({ attribute: 'retentionMs', have: String(RETENTION_MS) }),
        ]),
      }),
    ]),
  });
});

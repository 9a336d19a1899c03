// F35: SQS moves a message to the dead-letter queue while its handler runs, since its visibility was lost.
import { defineContract, mutation, safe, task } from '@replyq/contract';
import { sleep } from '@replyq/contract/transport';
import { createRequester, type Requester } from '@replyq/requester';
import { createResponder, memoryReplyStore } from '@replyq/responder';
import { deadLetters } from '@replyq/tasks';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { openVirtualWorld, type VirtualProgram, type VirtualWorld } from './virtual-world.ts';

const jobs = defineContract('jobs', {
  run: mutation({ input: z.number(), output: z.string(), timeoutMs: 120_000 }),
  tidy: task({ input: z.number(), timeoutMs: 120_000, attempts: 3 }),
});

const RUN_MS = 40_000;

let world: VirtualWorld;
let workers: readonly VirtualProgram[];
let asking: VirtualProgram;
let requester: Requester;
/** Which worker entered its handler, in order. */
let runs: number[];

beforeEach(async () => {
  world = openVirtualWorld();
  const { runtime, service } = world;
  runs = [];
  await service.createQueue({ name: 'jobs-dlq' });
  const deadLetterArn = 'arn:aws:sqs:memory-1:000000000000:jobs-dlq';
  const redrive = { deadLetterArn, maxReceiveCount: 1 };
  await service.createQueue({ name: 'jobs', attributes: { redrive } });
  asking = world.program();
  requester = createRequester({ transport: asking.transport, observer: asking.observer });
  world.atEnd(() => requester.close());
  const replyStore = memoryReplyStore({ runtime });
  workers = [world.program(), world.program()];
  for (const [nth, { observer, transport }] of workers.entries()) {
    const handle = async (): Promise<string> => {
      runs.push(nth);
      // The one that runs is cut off from extending, as by a throttled account; nobody else is.
      workers[nth]?.script.always('changeVisibilityBatch', { kind: 'fail', failure: 'throttled' });
      await sleep(runtime, RUN_MS);
      return 'done';
    };
    const responder = createResponder({
      transport,
      observer,
      contract: jobs,
      replyStore,
      waitMs: 1000,
      handlers: { run: handle, tidy: async () => void (await handle()) },
    });
    await runtime.run(responder.start());
    world.atEnd(() => responder.close());
  }
});

afterEach(async () => {
  for (const { script } of workers) script.heal();
  await world[Symbol.asyncDispose]();
});

const told = <K extends Parameters<VirtualProgram['told']>[0]>(kind: K) =>
  workers.flatMap((worker) => worker.told(kind));

test('the reply of the live run goes out, and what fails about the message is told and harms nobody', async () => {
  const call = requester.client(jobs).run(1);
  await world.runtime.advance(20_000);
  // Moved by the receive of either of them, while the handler runs.
  expect(await world.count('jobs-dlq')).toEqual({ visible: 1, inFlight: 0 });
  expect(told('visibilityLost')).toHaveLength(1);
  expect(await world.runtime.run(call)).toBe('done');
  await world.runtime.advance(5000);
  expect(runs).toHaveLength(1);
  expect(told('settleFailed').filter(({ operation }) => operation !== 'extend')).toEqual([]);
  expect(told('answererFailed')).toEqual([]);
  expect(await world.count('jobs')).toEqual({ visible: 0, inFlight: 0 });
});

test.each(['staleHandle', 'invalid', 'gone'] as const)(
  'a service that answers the delete of a moved message with %s changes nothing',
  async (failure) => {
    const call = safe(requester.client(jobs).run(1));
    await world.runtime.advance(20_000);
    for (const { script } of workers) script.always('deleteBatch', { kind: 'fail', failure });
    expect(await world.runtime.run(call)).toMatchObject({ data: 'done' });
    await world.runtime.advance(5000);
    expect(runs).toHaveLength(1);
    expect(told('answererFailed')).toEqual([]);
    for (const { script } of workers) script.heal();
    expect(await world.runtime.run(requester.client(jobs).run(2))).toBe('done');
  },
);

test('what is brought back from the dead letters is answered from the store, not run', async () => {
  const call = requester.client(jobs).run(1);
  expect(await world.runtime.run(call)).toBe('done');
  await world.runtime.advance(1000);
  const redriver = world.program();
  const letters = deadLetters(redriver.transport, 'jobs-dlq');
  const moved = await world.runtime.run(letters.redrive({ asTheyAre: true }));
  await world.runtime.advance(5000);
  expect(runs).toHaveLength(1);
  expect(moved).toMatchObject({ moved: 1 });
  expect(told('replySent')).toHaveLength(2);
  // Nobody waits for it any more: whoever reads the reply queue next deletes it unread.
  expect(await world.runtime.run(requester.client(jobs).run(2))).toBe('done');
  expect(asking.told('replyDropped')).toMatchObject([{ reason: 'unknownCall' }]);
  expect(await world.count('jobs')).toEqual({ visible: 0, inFlight: 0 });
});

test('a task that was moved while it ran is done, and its copy does not run again', async () => {
  await world.runtime.run(requester.tasks(jobs).tidy.enqueue(1));
  await world.runtime.advance(RUN_MS + 5000);
  expect(runs).toHaveLength(1);
  expect(await world.count('jobs-dlq')).toEqual({ visible: 1, inFlight: 0 });
  const redriver = world.program();
  const letters = deadLetters(redriver.transport, 'jobs-dlq');
  expect(await world.runtime.run(letters.redrive())).toMatchObject({ moved: 1 });
  await world.runtime.advance(60_000);
  expect(runs).toHaveLength(1);
  expect(await world.count('jobs')).toEqual({ visible: 0, inFlight: 0 });
  expect(await world.count('jobs-dlq')).toEqual({ visible: 0, inFlight: 0 });
});

// F26: SQS hides a message for twelve hours from its receive on, whatever a handler still does.
import { defineContract, mutation, task } from '@replyq/contract';
import { sleep } from '@replyq/contract/transport';
import { createRequester } from '@replyq/requester';
import { createResponder, memoryReplyStore, type Responder } from '@replyq/responder';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { openVirtualWorld, type VirtualProgram, type VirtualWorld } from './virtual-world.ts';

const HOUR_MS = 3_600_000;
const LONG = { limitMs: 24 * HOUR_MS };
/** Fewer requests than with ten seconds, in so many hours. */
const VISIBILITY_MS = 120_000;

const films = defineContract('films', {
  cut: mutation({ input: z.number(), output: z.string(), timeoutMs: 11 * HOUR_MS }),
  archive: task({ input: z.number(), timeoutMs: 11.4 * HOUR_MS, attempts: 3 }),
});

interface Run {
  readonly program: VirtualProgram;
  readonly atMs: number;
  abortedMs?: number;
}

/** Two workers that share a store, with handlers that heed no signal. */
async function openWorkers(
  world: VirtualWorld,
): Promise<{ readonly runs: Run[]; readonly programs: readonly VirtualProgram[] }> {
  const { runtime, service } = world;
  await service.createQueue({ name: 'films' });
  const replyStore = memoryReplyStore({ runtime });
  const runs: Run[] = [];
  const programs = [world.program(), world.program()];
  for (const program of programs) {
    const handle = async (forMs: number, signal: AbortSignal): Promise<string> => {
      const run: Run = { program, atMs: runtime.monotonicMs() };
      runs.push(run);
      signal.addEventListener('abort', () => (run.abortedMs = runtime.monotonicMs()));
      await sleep(runtime, forMs);
      return 'cut';
    };
    const responder: Responder = createResponder({
      transport: program.transport,
      observer: program.observer,
      contract: films,
      visibilityMs: VISIBILITY_MS,
      leaseMs: VISIBILITY_MS,
      maxTimeoutMs: 11.4 * HOUR_MS,
      graceMs: 60_000,
      replyStore,
      deadLetterQueue: false,
      handlers: {
        cut: ({ input, signal }) => handle(input, signal),
        archive: async ({ input, signal }) => void (await handle(input, signal)),
      },
    });
    await runtime.run(responder.start());
    world.atEnd(() => responder.close());
  }
  return { runs, programs };
}

test('a call whose handler takes nearly eleven hours runs once and is answered', async () => {
  await using world = openVirtualWorld();
  const { programs, runs } = await openWorkers(world);
  const requester = createRequester({
    transport: world.program().transport,
    maxTimeoutMs: 12 * HOUR_MS,
  });
  world.atEnd(() => requester.close());
  expect(await world.runtime.run(requester.client(films).cut(10.9 * HOUR_MS), LONG)).toBe('cut');
  await world.runtime.advance(5000);
  expect(runs).toHaveLength(1);
  expect(programs.flatMap(({ told }) => told('visibilityLost'))).toEqual([]);
  expect(programs.flatMap(({ told }) => told('settleFailed'))).toEqual([]);
  expect(await world.count('films')).toEqual({ visible: 0, inFlight: 0 });
});

test('a task that never ends is told to, and its message is never another’s while it is live', async () => {
  await using world = openVirtualWorld();
  const { programs, runs } = await openWorkers(world);
  const requester = createRequester({ transport: world.program().transport });
  world.atEnd(() => requester.close());
  await world.runtime.run(requester.tasks(films).archive.enqueue(14 * HOUR_MS));
  await world.runtime.advance(11.4 * HOUR_MS + 65_000);
  expect(runs).toHaveLength(1);
  expect(runs[0]?.abortedMs).toBe((runs[0]?.atMs ?? 0) + 11.4 * HOUR_MS);
  expect(programs.flatMap(({ told }) => told('visibilityLost'))).toEqual([]);
  // It pauses, and then another attempt waits for the first run, which goes on.
  expect(programs.flatMap(({ told }) => told('taskRetried'))).toMatchObject([{ attempt: 1 }]);
  await world.runtime.advance(0.5 * HOUR_MS);
  expect(runs).toHaveLength(1);
  expect(programs.flatMap(({ told }) => told('settleFailed'))).toEqual([]);
  // At 14 hours it ends after all. What it came to is recorded, and no other run begins.
  await world.runtime.advance(4 * HOUR_MS);
  expect(runs).toHaveLength(1);
  expect(await world.count('films')).toEqual({ visible: 0, inFlight: 0 });
});

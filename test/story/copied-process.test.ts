// F41: a machine's snapshot is restored twice, and two processes go on with the same memory.
import { defineContract, query, safe } from '@replyq/contract';
import { sleep, type Runtime } from '@replyq/contract/transport';
import { createRequester, type Requester } from '@replyq/requester';
import { createResponder } from '@replyq/responder';
import { createVirtualRuntime } from '@replyq/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { openVirtualWorld, type VirtualProgram, type VirtualWorld } from './virtual-world.ts';

const work = defineContract('work', {
  echo: query({ input: z.string(), output: z.string(), timeoutMs: 10_000 }),
});

/** Of requesters that were there before they were copied. */
const CLIENT_ID = 'sameClientIdHere';

let world: VirtualWorld;

beforeEach(async () => {
  world = openVirtualWorld();
  const responder = createResponder({
    transport: world.program().transport,
    contract: work,
    create: true,
    handlers: {
      echo: async ({ input }) => {
        await sleep(world.runtime, 200 * world.runtime.random());
        return input;
      },
    },
  });
  await world.runtime.run(responder.start());
  world.atEnd(() => responder.close());
});

afterEach(() => world[Symbol.asyncDispose]());

interface Copy {
  readonly requester: Requester;
  readonly program: VirtualProgram;
}

function open(createId: Runtime['createId']): Copy {
  const program = world.program(createId);
  const { observer, transport } = program;
  const requester = createRequester({ transport, observer });
  world.atEnd(() => requester.close());
  return { program, requester };
}

/** Each copy calls in turn. What came of it, each with what it had asked for. */
async function callAll(copies: readonly Copy[]): Promise<readonly (readonly [string, unknown])[]> {
  const calls = Array.from({ length: 100 }, (_, nth) =>
    copies.map(async ({ requester }, copy) => {
      await sleep(world.runtime, nth * 37 + copy);
      const input = `${copy}/${nth}`;
      const { data, error } = await safe(requester.client(work).echo(input));
      return [input, data ?? error] as const;
    }),
  );
  return world.runtime.run(Promise.all(calls.flat()));
}

test('requesters that are made after it have reply queues of their own', async () => {
  // The moment of use is part of each id of the system runtime: its own test shows that.
  const copies = [11, 12].map((seed) => open(createVirtualRuntime({ seed }).createId));
  for (const [input, outcome] of await callAll(copies)) expect(outcome).toBe(input);
  expect(new Set(copies.map(({ requester }) => requester.clientId)).size).toBe(2);
});

test('requesters that were made before it share a reply queue: replies are lost, none is another’s', async () => {
  const copies = [11, 12].map((seed) => {
    const { createId } = createVirtualRuntime({ seed });
    return open((length) => (length === CLIENT_ID.length ? CLIENT_ID : createId(length)));
  });
  expect(copies.map(({ requester }) => requester.clientId)).toEqual([CLIENT_ID, CLIENT_ID]);
  const outcomes = await callAll(copies);
  const lost = outcomes.filter(([input, outcome]) => {
    if (outcome === input) return false;
    expect(outcome).toMatchObject({ code: 'TIMEOUT', maybeExecuted: true });
    return true;
  });
  expect(lost.length).toBeGreaterThan(0);
  expect(lost.length).toBeLessThan(outcomes.length);
  // By which an operator can tell.
  const dropped = copies.flatMap(({ program }) => program.told('replyDropped'));
  expect(dropped.length).toBeGreaterThanOrEqual(lost.length);
  expect(dropped.every(({ reason }) => reason === 'unknownCall')).toBe(true);
});

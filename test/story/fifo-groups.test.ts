// Calls of one group on a FIFO queue: in order, one at a time, and not slower than they must be.
import { defineContract, query } from '@replyq/contract';
import { memoryTransport } from '@replyq/memory';
import { createRequester } from '@replyq/requester';
import { createResponder } from '@replyq/responder';
import { createVirtualRuntime } from '@replyq/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

const contract = defineContract('steps', {
  step: query({ input: z.number(), output: z.number() }),
});
const runtime = createVirtualRuntime();
const transport = memoryTransport({ runtime });
const order: number[] = [];
const responder = createResponder({
  transport,
  queue: 'steps.fifo',
  contract,
  create: true,
  handlers: {
    step: ({ input }) => {
      order.push(input);
      return input;
    },
  },
});
const requester = createRequester({ transport });
const client = requester.client(contract, { queue: 'steps.fifo' });

beforeAll(async () => {
  await runtime.run(responder.start());
});

afterAll(async () => {
  await runtime.run(requester.close());
  await runtime.run(responder.close());
  await runtime.run(transport.close());
  expect(runtime.timerCount()).toBe(0);
});

test('calls of one group at once run in the order in which they were made', async () => {
  const steps = Array.from({ length: 20 }, (_, n) => n);
  const calls = steps.map((step) => client.step(step, { groupId: 'one' }));
  expect(await runtime.run(Promise.all(calls))).toEqual(steps);
  expect(order).toEqual(steps);
});

test('a group is free for its next call as soon as the last one was answered', async () => {
  const startedMs = runtime.monotonicMs();
  for (let step = 0; step < 20; step += 1) await runtime.run(client.step(step, { groupId: 'two' }));
  // A delete that waited 250 ms for company would have kept the group locked.
  expect(runtime.monotonicMs() - startedMs).toBeLessThan(250);
});

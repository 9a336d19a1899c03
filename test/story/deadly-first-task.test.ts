// A group of a FIFO queue whose first task kills each process that runs it. In virtual time.
import { defineContract, task } from '@replyq/contract';
import { createMemoryQueueService, memoryTransport } from '@replyq/memory';
import { createRequester } from '@replyq/requester';
import { createResponder } from '@replyq/responder';
import { deadLetters, ensureQueues } from '@replyq/tasks';
import { createVirtualRuntime } from '@replyq/testing';
import { expect, test } from 'vitest';
import { z } from 'zod';

const steps = defineContract('steps', { take: task({ input: z.number(), attempts: 3 }) });

test('the tasks behind it are received as often, and run all the same', async () => {
  const runtime = createVirtualRuntime();
  const service = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
  const transport = memoryTransport({ service, runtime });
  await runtime.run(ensureQueues(transport, [{ queue: 'steps.fifo', contract: steps }]));
  const requester = createRequester({ transport });
  const tasks = requester.tasks(steps, { queue: 'steps.fifo' });
  const many = [1, 2, 3].map((input) => ({ input }));
  await runtime.run(tasks.take.enqueueMany(many, { groupId: 'one' }));

  const found = await service.getQueueUrl({ name: 'steps.fifo' });
  if (found.kind !== 'ok') throw new Error(found.kind);
  const { queueUrl } = found;
  for (let process = 0; process < 3; process += 1) {
    // It has all three, and dies of the first.
    const receive = { queueUrl, maxMessages: 10, waitMs: 0, visibilityMs: 1000 };
    expect(await service.receive(receive)).toMatchObject({ messages: [{}, {}, {}] });
    await runtime.advance(1100);
  }

  const ran: number[] = [];
  const responder = createResponder({
    transport,
    queue: 'steps.fifo',
    contract: steps,
    handlers: {
      take: ({ input }) => {
        ran.push(input);
        if (input === 3) throw new Error('no');
      },
    },
  });
  await runtime.run(responder.start());
  await runtime.advance(60_000);
  // The second ran in time. The third failed, and that was its last.
  expect(ran).toEqual([2, 3]);
  const dead = await runtime.run(deadLetters(transport, 'steps.fifo').peek());
  expect(dead[0]).toMatchObject({ input: { value: 1 }, failure: { attempts: 3 } });
  for (const closing of [requester, responder, transport]) await runtime.run(closing.close());
});

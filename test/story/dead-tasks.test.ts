import { defineContract, mutation } from '@replyq/contract';
import { writeMessage } from '@replyq/contract/wire';
import { createMemoryQueueService, memoryTransport } from '@replyq/memory';
import { createResponder } from '@replyq/responder';
import { deadLetters, ensureQueues } from '@replyq/tasks';
import { createVirtualRuntime } from '@replyq/testing';
import { TRPCError } from '@trpc/server';
import { expect, it } from 'vitest';
import { z } from 'zod';

const jobs = defineContract('jobs', { send: mutation({ input: z.object({ to: z.string() }) }) });

it('a task that fails for good is read with its reason, redriven, and runs anew', async () => {
  const runtime = createVirtualRuntime();
  const service = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
  const transport = memoryTransport({ service, runtime });
  await runtime.run(ensureQueues(transport, [jobs]));
  let broken = true;
  const runs: string[] = [];
  const responder = createResponder({
    transport,
    contract: jobs,
    handlers: {
      send: ({ input }) => {
        runs.push(input.to);
        if (broken) throw new TRPCError({ code: 'NOT_FOUND', message: 'no such address' });
      },
    },
  });
  await runtime.run(responder.start());
  const { queueUrl } = (await service.getQueueUrl({ name: 'jobs' })) as { queueUrl: string };
  const header = {
    v: 1,
    type: 'mutation',
    contract: 'jobs',
    timeoutMs: 1000,
    at: runtime.nowMs(),
    content: 'json',
    task: 'task-1',
  };
  const frame = { procedure: 'send', header, body: '{"to":"a@b"}', attributes: {} };
  await service.sendBatch({ queueUrl, entries: [writeMessage(frame)] });
  await runtime.advance(60_000);
  expect(runs).toEqual(['a@b']);

  const letters = deadLetters(transport, 'jobs');
  expect(await runtime.run(letters.peek())).toMatchObject([
    {
      procedure: 'send',
      task: 'task-1',
      input: { kind: 'decoded', value: { to: 'a@b' } },
      failure: { queue: 'jobs', code: 'NOT_FOUND', attempts: 1 },
    },
  ]);
  broken = false;
  expect(await runtime.run(letters.redrive())).toMatchObject({ moved: 1, movedTo: { jobs: 1 } });
  await runtime.advance(60_000);
  expect(runs).toEqual(['a@b', 'a@b']);
  expect(await runtime.run(letters.find())).toMatchObject({ visible: 0, inFlight: 0 });
  const left = await service.getQueueAttributes({ queueUrl });
  expect(left).toMatchObject({ attributes: { visibleCount: 0, inFlightCount: 0 } });
  await runtime.run(responder.close());
  await transport.close();
});

// A handler calls other procedures: the time that is left goes with it, and nobody waits for himself.
import { defineContract, query, safe } from '@replyq/contract';
import { memoryTransport } from '@replyq/memory';
import { createRequester, type Requester } from '@replyq/requester';
import { createResponder, type Responder } from '@replyq/responder';
import { createVirtualRuntime } from '@replyq/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';

const text = z.string();
const front = defineContract('front', {
  ask: query({ input: text, output: z.object({ answer: text, error: text.optional() }) }),
});
const back = defineContract('back', { answer: query({ input: text, output: text }) });

const runtime = createVirtualRuntime({ seed: 7 });
const transport = memoryTransport({ runtime });
let requester: Requester;
let responders: Responder[];
const budgets: number[] = [];

beforeEach(async () => {
  budgets.length = 0;
  requester = createRequester({ transport });
  const answers = requester.client(back);
  const self = requester.client(front);
  responders = [
    createResponder({
      transport,
      contract: back,
      create: true,
      handlers: {
        answer: ({ call, input }) => {
          budgets.push(call.remainingMs());
          return `answer to ${input}`;
        },
      },
    }),
    createResponder({
      transport,
      contract: front,
      create: true,
      concurrency: 1,
      handlers: {
        ask: async ({ input }) => {
          if (input === 'myself') {
            const { error } = await safe(self.ask('x'));
            return { answer: '', error: error?.code };
          }
          const options =
            input === 'detached' ? { detached: true, timeoutMs: 60_000 } : { timeoutMs: 60_000 };
          return { answer: await answers.answer(input, options) };
        },
      },
    }),
  ];
  for (const responder of responders) await runtime.run(responder.start());
});

afterEach(async () => {
  await runtime.run(requester.close());
  for (const responder of responders) await runtime.run(responder.close());
});

test('a nested call has no more time than the call that it serves', async () => {
  const call = requester.client(front).ask('how', { timeoutMs: 5000 });
  expect(await runtime.run(call)).toEqual({ answer: 'answer to how' });
  expect(budgets[0]).toBeLessThanOrEqual(5000);
});

test('a detached call has its own time', async () => {
  await runtime.run(requester.client(front).ask('detached', { timeoutMs: 5000 }));
  expect(budgets[0]).toBeGreaterThan(50_000);
});

test('a handler that calls its own full queue is told at once instead of waiting for itself', async () => {
  const startedMs = runtime.monotonicMs();
  const call = requester.client(front).ask('myself', { timeoutMs: 20_000 });
  expect(await runtime.run(call)).toEqual({ answer: '', error: 'OVERLOADED' });
  expect(runtime.monotonicMs() - startedMs).toBeLessThan(1000);
});

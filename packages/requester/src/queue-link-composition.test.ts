import type { RpcError } from '@replyq/contract';
import { createTRPCClient, loggerLink, retryLink, splitLink, type TRPCLink } from '@trpc/client';
import { initTRPC } from '@trpc/server';
import { observable } from '@trpc/server/observable';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { queueLink } from './queue-link.ts';
import { failureOf, openRig, type Rig } from './testing/rig.ts';

const t = initTRPC.create();
const router = t.router({
  echo: t.procedure.input(z.unknown()).query(({ input }) => input),
  save: t.procedure.input(z.unknown()).mutation(({ input }) => input),
});

let rig: Rig;

beforeEach(async () => {
  rig = await openRig();
  rig.onAsked = ({ frame, reply }) => void reply(frame.body);
});

afterEach(async () => {
  await rig.close();
  expect(rig.requester.pendingCount()).toBe(0);
  expect(rig.runtime.timerCount()).toBe(0);
});

function link(timeoutMs = 1000): ReturnType<typeof queueLink<typeof router>> {
  return queueLink<typeof router>({ requester: rig.requester, queue: 'shop', timeoutMs });
}

test('retryLink gets new call ids that name the first, and its attempts are counted', async () => {
  rig.onAsked = () => undefined;
  const attempts: unknown[] = [];
  const client = createTRPCClient<typeof router>({
    links: [
      retryLink({
        retry: ({ attempts: n, error }) => {
          attempts.push((error.cause as RpcError | undefined)?.attempt);
          return n < 3;
        },
      }),
      link(50),
    ],
  });
  const calls = [client.save.mutate(1), client.save.mutate(2)].map(failureOf);
  await rig.runtime.run(Promise.all(calls));
  expect(rig.asked).toHaveLength(6);
  expect(new Set(rig.asked.map(({ callId }) => callId)).size).toBe(6);
  const [one, two] = rig.asked.map(({ callId }) => callId);
  const repeated = rig.asked.map(({ header }) => header['repeats']);
  expect(repeated.slice(0, 2)).toEqual([undefined, undefined]);
  for (const id of [one, two]) expect(repeated.filter((repeats) => repeats === id)).toHaveLength(2);
  expect(attempts.map(Number).toSorted((a, b) => a - b)).toEqual([1, 1, 2, 2, 3, 3]);
});

test('an error of a link that completes tells where it was made, and no more', async () => {
  const limit = Error.stackTraceLimit;
  let stack = '';
  const completing: TRPCLink<typeof router> =
    () =>
    ({ next, op }) =>
      observable((observer) =>
        next(op).subscribe({
          next: (value) => observer.next(value),
          error: (error) => observer.error(error),
          complete: () => {
            stack = new Error('m').stack ?? '';
            observer.complete();
          },
        }),
      );
  const client = createTRPCClient<typeof router>({ links: [completing, link()] });
  await rig.runtime.run(client.echo.query(1));
  expect(stack.split('\n')).toEqual([
    'Error: m',
    expect.stringContaining('queue-link-composition.test'),
  ]);
  expect(Error.stackTraceLimit).toBe(limit);
});

test('splitLink and loggerLink stand before it', async () => {
  const logged: unknown[] = [];
  const client = createTRPCClient<typeof router>({
    links: [
      loggerLink({ logger: ({ direction }) => void logged.push(direction) }),
      splitLink({ condition: ({ type }) => type === 'query', true: link(), false: link(50) }),
    ],
  });
  expect(await rig.runtime.run(client.echo.query(1))).toBe(1);
  expect(logged).toEqual(['up', 'down']);
});

import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { currentCall, runInCall, type CallScope } from './call-scope.ts';
import { notify } from './observer.ts';

const scope = (procedure: string): CallScope => ({
  callId: procedure,
  procedure,
  queue: 'q',
  metadata: {},
  trace: {},
  attempt: 1,
  remainingMs: () => 1,
  progress: () => undefined,
});

test('what a handler starts is in its call, and calls side by side do not mix', async () => {
  const seen = await Promise.all(
    ['a', 'b'].map((name) =>
      runInCall(scope(name), async () => {
        await turn();
        return currentCall()?.procedure;
      }),
    ),
  );
  expect(seen).toEqual(['a', 'b']);
  expect(currentCall()).toBeUndefined();
});

test('an observer that throws changes nothing', () => {
  expect(() =>
    notify(
      () => {
        throw new Error('observer');
      },
      { kind: 'replyQueueMade', queue: 'q' },
    ),
  ).not.toThrow();
});

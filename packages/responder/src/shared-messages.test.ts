// Tasks that share a message: what one of them comes to is not what the others come to.
import { defineContract, NonRetryableError, task } from '@replyq/contract';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openAnswerer, type Ask, type Rig } from './testing/answerer-rig.ts';

const one = defineContract('one', { run: task({ input: z.string(), output: z.string() }) });

let rig: Rig;
let ran: string[];

beforeEach(() => {
  ran = [];
  rig = openAnswerer({
    contract: one,
    handlers: {
      run: ({ input }) => {
        ran.push(input);
        if (input.startsWith('bad')) throw new NonRetryableError('no');
        return 'done';
      },
    },
  });
});

/** All are of message-1. */
const named = (id: string, input: string, more: Ask = {}): Ask => ({
  task: true,
  header: { task: id },
  input,
  ...more,
});

describe('a task that cannot be moved to the dead letters', () => {
  test('does not keep the others of its message from running', async () => {
    rig.tasks.outcomes.push({ kind: 'refused', reason: 'denied', error: 'denied' });
    expect(await rig.answer(named('t1', 'bad'))).toMatchObject({ kind: 'release' });
    expect(await rig.answer(named('t2', 'good'))).toEqual({ kind: 'ack' });
    expect(ran).toEqual(['bad', 'good']);
    expect(rig.tasks.dead).toEqual([]);
  });

  test('nor those that have no id of their own', async () => {
    rig.tasks.deadLetters = undefined;
    expect(await rig.answer({ task: true, input: 'bad' })).toMatchObject({ kind: 'release' });
    expect(await rig.answer({ task: true, input: 'good' })).toEqual({ kind: 'ack' });
    expect(ran).toEqual(['bad', 'good']);
  });

  test('is told to whoever waits for it, as is the next of its message', async () => {
    rig.tasks.deadLetters = undefined;
    for (const id of ['t1', 't2']) await rig.answer(named(id, `bad ${id}`, { task: false }));
    expect(rig.replies).toHaveLength(2);
  });
});

describe('a task that is with the dead letters', () => {
  test('neither runs nor is moved again when its message comes again for others', async () => {
    expect(await rig.answer(named('t1', 'bad'))).toEqual({ kind: 'ack' });
    const again = { receiveCount: 2 };
    expect(await rig.answer(named('t1', 'bad', again))).toEqual({ kind: 'ack' });
    expect(await rig.answer(named('t2', 'good', again))).toEqual({ kind: 'ack' });
    expect(ran).toEqual(['bad', 'good']);
    expect(rig.tasks.dead).toHaveLength(1);
  });

  test('runs again as another message, as it does when it is redriven', async () => {
    await rig.answer(named('t1', 'bad'));
    await rig.answer(named('t1', 'bad', { messageId: 'message-2' }));
    expect(ran).toEqual(['bad', 'bad']);
    expect(rig.tasks.dead).toHaveLength(2);
  });

  test('is taken for no other of its message where it has no id of its own', async () => {
    await rig.answer({ task: true, input: 'bad' });
    await rig.answer({ task: true, input: 'bad' });
    expect(ran).toEqual(['bad', 'bad']);
  });
});

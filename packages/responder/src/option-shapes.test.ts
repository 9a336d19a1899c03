import { defineContract, mutation } from '@replyq/contract';
import { memoryTransport } from '@replyq/memory';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createResponder } from './create-responder.ts';

const jobs = defineContract('jobs', { send: mutation() });
const honest = { contract: jobs, handlers: { send: () => undefined } };
const noRuntime = { openInbox: () => {}, openReplies: () => {}, outbox: () => {} };

let transport: ReturnType<typeof memoryTransport>;
beforeEach(() => {
  transport = memoryTransport();
});
afterEach(() => transport.close());

function make(options: object): unknown {
  return createResponder({ transport, ...options } as never);
}

describe('a responder is refused when it is made', () => {
  test.each([
    ['no transport', { ...honest, transport: undefined }, '`transport` is missing'],
    ['what is no transport', { ...honest, transport: {} }, 'transport has no openInbox'],
    [
      'a transport without a runtime',
      { ...honest, transport: noRuntime },
      'transport has no runtime',
    ],
    ['nothing to serve', {}, 'expected `contract`, `contracts` or `router`'],
    ['no contract', { ...honest, contract: undefined }, '`contract` is missing'],
    ['what is no contract', { ...honest, contract: {} }, 'Not a contract'],
    ['no handlers', { contract: jobs }, '`handlers` is missing'],
    ['no contracts', { contracts: undefined }, '`contracts` is missing'],
    ['one contract for several', { contracts: jobs }, '`contracts` is missing'],
    ['no router', { router: undefined, queue: 'q' }, '`router` is missing'],
    ['a number', { ...honest, deadLetterQueue: 3 }, 'deadLetterQueue is of the type number'],
    ['an empty name', { ...honest, deadLetterQueue: '' }, 'deadLetterQueue is empty'],
    ['true', { ...honest, deadLetterQueue: true }, 'deadLetterQueue is of the type boolean'],
    ['no reply store', { ...honest, replyStore: {} }, 'replyStore has no claim'],
    ['null for one', { ...honest, replyStore: null }, '`replyStore` is missing'],
    ['a function', { ...honest, interceptors: () => {} }, 'interceptors is not an array'],
    ['a text for an interceptor', { ...honest, interceptors: ['x'] }, 'an array of functions'],
    ['a text', { ...honest, replyTo: 'replies' }, 'replyTo is not an object'],
    ['a number of queues', { ...honest, replyTo: { queues: 5 } }, 'replyTo.queues is not an array'],
    ['a text of prefixes', { ...honest, replyTo: { prefixes: 'x' } }, 'replyTo.prefixes is not'],
    [
      'a text for fifo',
      { ...honest, replyTo: { fifo: 'yes' } },
      'replyTo.fifo is not true or false',
    ],
    ['a misspelt policy', { ...honest, replyTo: { queue: ['r'] } }, 'replyTo: there is no "queue"'],
    ['no schedule store', { ...honest, schedules: {} }, 'schedules has no number'],
  ])('for %s', (_, options, message) => {
    expect(() => make(options)).toThrow(message);
    expect(() => make(options)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });
});

test.each([{}, { deadLetterQueue: false }, { deadLetterQueue: 'jobs-dlq' }])(
  'a responder is made with %o',
  (options) => {
    expect(make({ ...honest, ...options })).toHaveProperty('start');
  },
);

import { RpcError } from '@replyq/contract';
import { describe, expect, it } from 'vitest';
import { resolveQueueOptions, type ReplyQueueSettings } from './queue-options.ts';

const resolve = (replyQueue: ReplyQueueSettings = {}) =>
  resolveQueueOptions({ replyQueue }).replyQueue;

function refusal(replyQueue: ReplyQueueSettings): string {
  try {
    resolve(replyQueue);
  } catch (error) {
    expect(error).toBeInstanceOf(RpcError);
    return String(error);
  }
  return 'none';
}

describe('the options of the reply queue', () => {
  it('are those that AWS documents where none are given', () => {
    expect(resolve()).toEqual({
      prefix: '__RequesterClientQueues__',
      retentionMs: 300_000,
      visibilityMs: 10_000,
      idleRetentionMs: 300_000,
      heartbeatIntervalMs: 100_000,
      queueAttributes: {},
      queue: undefined,
      sweepEveryMs: 300_000,
    });
  });

  it('never let a given queue, or sweep: false, sweep', () => {
    expect(resolve({ queue: 'replies' }).sweepEveryMs).toBeUndefined();
    expect(resolve({ sweep: false }).sweepEveryMs).toBeUndefined();
    expect(resolve({ sweep: true, sweepEveryMs: 10_000 }).sweepEveryMs).toBe(10_000);
  });

  it.each([
    [{ sweepEveryMs: 9999 }, 'sweepEveryMs is 9999: expected 10000 to 86400000.'],
    [{ idleRetentionMs: 999 }, 'idleRetentionMs is 999'],
    [{ heartbeatIntervalMs: 300_001 }, 'heartbeatIntervalMs is 300001'],
    [{ prefix: 'a.b' }, 'prefix is "a.b"'],
    [{ prefix: 'x'.repeat(53) }, 'prefix is'],
    [
      { queueAttributes: { VisibilityTimeout: '30' } },
      'queueAttributes.VisibilityTimeout is "30": the option is visibilityMs.',
    ],
    [{ queueAttributes: { FifoQueue: 'true' } }, 'host queues are standard queues'],
    [{ queueAttributes: { 'not a name': '1' } }, 'The name of a queue attribute is "not a name"'],
    [{ queueAttributes: { Policy: {} as string } }, 'queueAttributes.Policy is {}: expected text.'],
    [
      { queue: 'replies', queueAttributes: { Policy: '{}' } },
      'queueAttributes.Policy is "{}": a queue that is given is not made by the transport.',
    ],
  ])('refuse %j', (replyQueue, message) => {
    expect(refusal(replyQueue)).toContain(message);
  });

  it('keep a copy of the attributes', () => {
    const queueAttributes: Record<string, string> = { Policy: '{}' };
    const resolved = resolve({ queueAttributes });
    queueAttributes['Policy'] = 'later';
    expect(resolved.queueAttributes).toEqual({ Policy: '{}' });
  });
});

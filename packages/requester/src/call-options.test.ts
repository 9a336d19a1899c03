import type { RpcError } from '@replyq/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CallOptions } from './call-options.ts';
import { failureOf, openRig, shop, type Rig } from './testing/rig.ts';

let rig: Rig;

beforeEach(async () => {
  rig = await openRig();
  rig.onAsked = ({ reply }) => void reply('7');
});

afterEach(async () => {
  await rig.close();
  expect(rig.requester.pendingCount()).toBe(0);
  expect(rig.runtime.timerCount()).toBe(0);
});

function buy(options: object): Promise<unknown> {
  return rig.runtime.run(rig.requester.client(shop).buy(1, options as CallOptions));
}

describe('refused before anything is sent, with what is wrong', () => {
  test.each([
    [{ timeoutMs: 0 }, 'timeoutMs is 0: expected more than 0 and at most 3600000.'],
    [{ timeoutMs: '5' }, 'timeoutMs is of type string: expected a number.'],
    [{ signal: null }, 'signal is null: expected an AbortSignal.'],
    [{ signal: 5 }, 'signal is of type number: expected an AbortSignal.'],
    [
      { signal: { aborted: false, addEventListener: () => {} } },
      'signal is of type object: expected an AbortSignal.',
    ],
    [{ attributes: null }, 'attributes is null: expected an object.'],
    [{ attributes: 5 }, 'attributes is of type number: expected an object.'],
    [{ timeoutMs: 3_600_001 }, 'timeoutMs is 3600001: expected more than 0 and at most 3600000.'],
    [{ timeoutMs: Number.NaN }, 'timeoutMs is NaN: expected more than 0 and at most 3600000.'],
    [{ groupId: '' }, 'groupId: expected 1 to 128 printable ASCII characters without blanks.'],
    [{ groupId: 'g'.repeat(129) }, 'groupId: expected 1 to 128 printable ASCII characters'],
    [{ groupId: 7 }, 'groupId: expected 1 to 128 printable ASCII characters'],
    [{ idempotencyKey: null }, 'idempotencyKey: expected 1 to 255 printable ASCII characters'],
    [{ groupId: 'g 1' }, 'groupId: expected 1 to 128 printable ASCII characters'],
    [{ attributes: { a: '\u0001' } }, 'attributes: "a" has characters that SQS refuses.'],
    [{ idempotencyKey: '' }, 'idempotencyKey: expected 1 to 255 printable ASCII characters'],
    [{ idempotencyKey: 'a b' }, 'idempotencyKey: expected 1 to 255 printable ASCII characters'],
    [{ idempotencyKey: 'k'.repeat(256) }, 'idempotencyKey: expected 1 to 255'],
    [{ attributes: { replyq: 'x' } }, 'attributes: "replyq" is reserved'],
    [{ attributes: { 'aws.x': 'x' } }, 'attributes: "aws.x" is reserved or not a name'],
    [{ attributes: { 'a..b': 'x' } }, 'attributes: "a..b" is reserved or not a name'],
    [{ attributes: { 'a b': 'x' } }, 'attributes: "a b" is reserved or not a name'],
    [{ attributes: { a: '' } }, 'attributes: "a" is empty'],
    [{ attributes: { a: 5 } }, 'attributes: "a" is neither a text nor { type, value }.'],
    [{ attributes: { a: null } }, 'attributes: "a" is neither a text nor { type, value }.'],
    [{ attributes: { a: { type: 'String' } } }, 'attributes: "a" is neither a text nor'],
    [
      { attributes: Object.fromEntries(Array.from('abcdefg').map((name) => [name, 'x'])) },
      'attributes has 7 entries: expected at most 6.',
    ],
    [{ metadata: { a: 5 } }, 'Metadata is an object of texts.'],
    [{ metadata: { a: 'x'.repeat(8192) } }, 'Metadata of more than 8192 bytes.'],
  ])('%o', async (options, message) => {
    const error = await failureOf(buy(options));
    expect(error).toMatchObject({
      code: 'BAD_REQUEST',
      procedure: 'buy',
      queue: 'shop',
      attempt: 1,
      maybeExecuted: false,
    });
    expect((error as Error).message).toContain(message);
    await rig.runtime.advance(100);
    expect(rig.asked).toEqual([]);
  });
});

describe('taken at their bounds', () => {
  test('key, metadata and attributes reach the responder as they are', async () => {
    const attributes = Object.fromEntries(Array.from('abcde').map((name) => [name, name]));
    const bytes = { type: 'Binary.gzip', value: new Uint8Array([0, 255]) };
    await buy({
      idempotencyKey: 'k'.repeat(255),
      metadata: { tenant: 'ä' },
      attributes: { ...attributes, f: bytes },
      timeoutMs: 3_600_000,
    });
    const [asked] = rig.asked;
    expect(asked?.header).toMatchObject({
      key: 'k'.repeat(255),
      meta: { tenant: 'ä' },
      timeoutMs: 3_600_000,
      contract: 'shop',
      type: 'mutation',
    });
    expect(asked?.frame.attributes['a']).toEqual({ type: 'String', value: 'a' });
    expect(asked?.frame.attributes['f']).toEqual(bytes);
  });

  test('a group id on a standard queue is its tenant', async () => {
    await buy({ groupId: 'g'.repeat(128) });
    expect(rig.asked[0]?.delivery.groupId).toBe('g'.repeat(128));
  });
});

describe('on a FIFO queue', () => {
  test('a call has a group of its own unless it names one', async () => {
    const client = rig.requester.client(shop, { queue: 'orders.fifo' });
    const sent: unknown[] = [];
    rig.faults.getQueueUrl = async ({ name }) => ({ kind: 'ok', queueUrl: `http://q/1/${name}` });
    rig.faults.sendBatch = async ({ entries }) => {
      sent.push(...entries.map(({ groupId, deduplicationId }) => ({ groupId, deduplicationId })));
      return { kind: 'denied', error: 'enough' };
    };
    const first = await rig.runtime.run(failureOf(client.buy(1)));
    const second = await rig.runtime.run(failureOf(client.buy(2, { groupId: 'ann' })));
    const [firstId, secondId] = [first, second].map((error) => (error as RpcError).callId);
    expect(sent).toEqual([
      { groupId: firstId, deduplicationId: firstId },
      { groupId: 'ann', deduplicationId: secondId },
    ]);
  });
});

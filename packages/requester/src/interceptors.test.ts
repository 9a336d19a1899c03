import type { RpcError } from '@replyq/contract';
import type { Interceptor } from '@replyq/contract/transport';
import { afterEach, expect, test } from 'vitest';
import type { OutgoingCall } from './outgoing-call.ts';
import type { RequesterOptions } from './requester-options.ts';
import { failureOf, openRig, RESULT, shop, type Rig } from './testing/rig.ts';

const rigs: Rig[] = [];

async function open(options: Partial<RequesterOptions> = {}): Promise<Rig> {
  const rig = await openRig(options);
  rig.onAsked = ({ frame, reply }) => void reply(frame.body, { header: echoHeader(frame.header) });
  rigs.push(rig);
  return rig;
}

function echoHeader(header: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { ...RESULT, content: header['content'] };
}

afterEach(async () => {
  for (const rig of rigs.splice(0)) {
    await rig.close();
    expect(rig.requester.pendingCount()).toBe(0);
    expect(rig.runtime.timerCount()).toBe(0);
  }
});

test('interceptors run in the order given, the first outermost, and see the call', async () => {
  const steps: string[] = [];
  const named =
    (name: string): Interceptor<OutgoingCall> =>
    async (call, next) => {
      steps.push(`${name} before ${call.contract}.${call.procedure} at ${call.queue}`);
      const value = await next(call);
      steps.push(`${name} after`);
      return value;
    };
  const rig = await open({ interceptors: [named('a'), named('b')] });
  await rig.runtime.run(rig.requester.client(shop).buy(1));
  expect(steps).toEqual([
    'a before shop.buy at shop',
    'b before shop.buy at shop',
    'b after',
    'a after',
  ]);
});

test('an interceptor may change the input, the options and the result', async () => {
  const rig = await open({
    interceptors: [
      async (call, next) => {
        const options = { ...call.options, metadata: { by: 'me' } };
        return [await next({ ...call, input: 'changed', options })];
      },
    ],
  });
  expect(await rig.runtime.run(rig.requester.client(shop).buy(1))).toEqual(['changed']);
  expect(rig.asked[0]?.header['meta']).toEqual({ by: 'me' });
});

test('an interceptor may answer without a call', async () => {
  const rig = await open({ interceptors: [() => Promise.resolve('cached')] });
  expect(await rig.requester.client(shop).buy(1)).toBe('cached');
  expect(rig.asked).toEqual([]);
});

test('an interceptor may fail the call with what it throws', async () => {
  const thrown = new Error('no');
  const rig = await open({
    interceptors: [
      () => {
        throw thrown;
      },
    ],
  });
  expect(await failureOf(rig.requester.client(shop).buy(1))).toBe(thrown);
});

test('an interceptor may repeat the call: each attempt has a call id of its own and is counted', async () => {
  const failures: RpcError[] = [];
  const rig = await open({
    interceptors: [
      (call, next) =>
        next(call).catch((error: RpcError) => {
          failures.push(error);
          return next(call);
        }),
    ],
  });
  rig.onAsked = () => undefined;
  const error = await rig.runtime.run(failureOf(rig.requester.client(shop).buy(1)));
  expect(failures[0]).toMatchObject({ code: 'TIMEOUT', attempt: 1 });
  expect(error).toMatchObject({ code: 'TIMEOUT', attempt: 2 });
  expect(new Set(rig.asked.map(({ callId }) => callId)).size).toBe(2);
});

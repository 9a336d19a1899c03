import { defineContract, mutation } from '@replyq/contract';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { openRig, type Asked } from './testing/rig.ts';

const shop = defineContract('shop', {
  buy: mutation({ input: z.unknown(), output: z.unknown(), timeoutMs: 2000 }),
});

test('an idle requester makes no requests for a reply that came late to a second open poll', async () => {
  const rig = await openRig();
  const client = rig.requester.client(shop);
  const got: Asked[] = [];
  rig.onAsked = (asked) => void got.push(asked);
  const late = client
    .buy('late', { timeoutMs: 500 })
    .catch((error: { code: string }) => error.code);
  await rig.runtime.advance(600);
  expect(await late).toBe('TIMEOUT');
  const [lateAsked] = got.splice(0);
  const calls = Array.from({ length: 400 }, (_, n) => client.buy(n, { timeoutMs: 20_000 }));
  await rig.runtime.advance(100);
  await Promise.all(got.map(({ frame, reply }) => reply(frame.body, { bare: true })));
  await rig.runtime.run(Promise.allSettled(calls));
  await rig.runtime.advance(10);
  await lateAsked?.reply('1');
  await rig.runtime.advance(60_000);
  const before = rig.apiRequests('ChangeMessageVisibilityBatch', 'Requester');
  await rig.runtime.advance(600_000);
  const after = rig.apiRequests('ChangeMessageVisibilityBatch', 'Requester');
  await rig.close();
  expect(after - before).toBe(0); // 180
});

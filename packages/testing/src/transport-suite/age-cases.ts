import { expectEqual, expectTrue } from '../queue-service-suite/expect.ts';
import { transportCase, type TransportCase } from './transport-case.ts';
import { VISIBILITY_MS } from './transport-user.ts';

const SKEW_MS = 10 * 60_000;
/** SQS stamps in milliseconds and its clock is told in seconds: an age may be a second off. */
const ERROR_MS = 1_500;

/** How old a frame is, whatever the clocks of those involved say. */
export const ageCases: readonly TransportCase[] = [
  ...[0, SKEW_MS, -SKEW_MS].map((clockSkewMs) =>
    transportCase(
      `age counts time in the queue and time held, with a clock ${clockSkewMs / 60_000} min ahead`,
      async (t) => {
        const queue = await t.queue();
        await queue.feed(['x']);
        await t.elapse(3_000);
        const delivery = await (await queue.open()).receiveOne();
        expectAbout(delivery.ageMs(), 3_000, 'Age at receive');
        await t.elapse(2_000);
        expectAbout(delivery.ageMs(), 5_000, 'Age when held');
        const trueNowMs = t.runtime.nowMs() - clockSkewMs;
        expectAbout(trueNowMs - delivery.sentAtMs, 5_000, 'Since it was sent');
        delivery.ack();
      },
      [],
      { clockSkewMs },
    ),
  ),
  ...[SKEW_MS, -SKEW_MS].map((clockSkewMs) =>
    transportCase(
      `age goes on from the first send at a redelivery, with a clock ${clockSkewMs / 60_000} min ahead`,
      async (t) => {
        const queue = await t.queue();
        await queue.feed(['x']);
        const reader = await queue.open();
        const first = await reader.receiveOne();
        await t.elapse(2_000);
        first.release(2_000);
        await reader.flush();
        await t.elapse(2_500);
        const again = await reader.receiveOne();
        expectEqual(again.receiveCount, 2, 'Receive count');
        expectEqual(again.sentAtMs, first.sentAtMs, 'Sent');
        expectTrue(again.ageMs() >= 3_000 && again.ageMs() < 9_000, `Age: ${again.ageMs()} ms`);
        again.ack();
      },
      [],
      { clockSkewMs },
    ),
  ),
  transportCase('age grows while a frame is held, and is never negative', async (t) => {
    const queue = await t.queue();
    await queue.feed(['x']);
    const delivery = await (await queue.open()).receiveOne();
    const firstMs = delivery.ageMs();
    await t.elapse(VISIBILITY_MS);
    expectTrue(firstMs >= 0, `Age: ${firstMs} ms`);
    const grownMs = delivery.ageMs() - firstMs;
    expectTrue(grownMs >= VISIBILITY_MS - 50, `It grew by ${grownMs} ms`);
  }),
];

function expectAbout(actualMs: number, expectedMs: number, what: string): void {
  const isNear = Math.abs(actualMs - expectedMs) <= ERROR_MS;
  expectTrue(isNear, `${what}: ${actualMs} ms instead of about ${expectedMs} ms`);
}

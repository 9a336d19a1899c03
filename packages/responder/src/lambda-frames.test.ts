import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { noReplyStore, type ReplyStore } from './reply-store.ts';
import { openLambda, type LambdaRig } from './testing/lambda-rig.ts';
import type { World } from './testing/world.ts';

let rig: LambdaRig;
let world: World;

beforeEach(async () => {
  rig = await openLambda();
  ({ world } = rig);
});

afterEach(async () => {
  await world.close();
  expect(world.requester.pendingCount()).toBe(0);
  expect(world.runtime.timerCount()).toBe(0);
});

describe('the age of a record', () => {
  test('of a first receive is the service’s, and goes on', async () => {
    const answer = rig.call('a');
    await world.runtime.advance(1500);
    const event = await rig.eventOf();
    world.runtime.stepWallClock(3_600_000);
    await world.runtime.advance(250);
    await rig.handle(event);
    expect(await world.runtime.run(answer)).toEqual(['a', 3500]);
  });

  test('of a later receive is the wall clock’s, and an expired one is deleted unrun', async () => {
    const answer = rig.call('a');
    await rig.eventOf();
    await world.runtime.run(answer);
    await world.runtime.advance(30_000);
    const event = await rig.eventOf();
    expect(event.Records[0]?.attributes.ApproximateReceiveCount).toBe('2');
    expect(await rig.handle(event)).toEqual({ batchItemFailures: [] });
    expect(rig.ran).toEqual([]);
    expect(world.events).toContainEqual(
      expect.objectContaining({ kind: 'requestExpired', queue: 'one', ageMs: 35_000 }),
    );
  });
});

describe('a FIFO queue', () => {
  const sendAll = (...inputs: [string, string][]): Promise<unknown>[] =>
    inputs.map(([group, input]) => rig.call(input, 'one.fifo', group));

  test('has each group run in order, and groups side by side', async () => {
    const calls = sendAll(['g', 'slow'], ['g', 'a'], ['h', 'b']);
    const event = await rig.eventOf('one.fifo');
    expect(event.Records).toHaveLength(3);
    expect(await rig.handle(event)).toEqual({ batchItemFailures: [] });
    expect(rig.ran).toEqual(['slow', 'b', 'a']);
    await world.runtime.run(Promise.all(calls));
  });

  test('fails all of a group after the first that fails, and no other group', async () => {
    const calls = sendAll(['g', 'a'], ['h', 'b'], ['g', 'c'], ['h', 'd'], ['g', 'e']);
    const event = await rig.eventOf('one.fifo');
    const messageOfC = event.Records.find(({ body }) => body === '"c"');
    const address = messageOfC?.messageAttributes['ResponseQueueUrl']?.stringValue ?? '';
    const [, callIdOfC = ''] = address.split('#');
    const replyStore: ReplyStore = {
      ...noReplyStore,
      claim: ({ key }) =>
        key.endsWith(`/${callIdOfC}`)
          ? { kind: 'busy', retryInMs: 1 }
          : { kind: 'run', token: 't' },
    };
    const left = event.Records.filter(({ body }) => body === '"c"' || body === '"e"');
    expect(await rig.handle(event, rig.make({ replyStore }))).toEqual({
      batchItemFailures: left.map(({ messageId }) => ({ itemIdentifier: messageId })),
    });
    expect(rig.ran.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual(['a', 'b', 'd']);
    await world.runtime.run(Promise.all(calls));
  });
});

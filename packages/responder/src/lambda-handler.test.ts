import { writePack } from '@replyq/contract/wire';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ids, one, openLambda, type LambdaRig } from './testing/lambda-rig.ts';
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

describe('an event', () => {
  test('is answered record by record, and nothing fails', async () => {
    const calls = [rig.call('a'), rig.call('b'), rig.call('fail')];
    const event = await rig.eventOf();
    expect(event.Records).toHaveLength(3);
    expect(await rig.handle(event)).toEqual({ batchItemFailures: [] });
    expect(await world.runtime.run(Promise.all(calls))).toEqual([
      ['a', 5000],
      ['b', 5000],
      'INTERNAL_SERVER_ERROR',
    ]);
  });

  test('opens the replies of a queue once, lazily', async () => {
    const lookUps = (): number =>
      world.events.filter(
        (event) => event.kind === 'apiRequest' && event.operation === 'GetQueueAttributes',
      ).length;
    expect(lookUps()).toBe(0);
    for (const input of ['a', 'b']) {
      const answer = rig.call(input);
      await rig.handle(await rig.eventOf());
      await world.runtime.run(answer);
    }
    expect(lookUps()).toBe(1);
  });

  test('runs the records of a standard queue at once, whatever their groups', async () => {
    const calls = ['slow', 'slow', 'slow'].map((input) => rig.call(input, 'one', 'tenant'));
    const event = await rig.eventOf();
    const beforeMs = world.runtime.monotonicMs();
    await rig.handle(event);
    expect(world.runtime.monotonicMs() - beforeMs).toBe(100);
    await world.runtime.run(Promise.all(calls));
  });

  test('that is not SQS’s is refused', async () => {
    await expect(rig.make()({} as never)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(rig.make()(undefined as never)).rejects.toThrow('it has no Records');
  });

  test('a record that is none fails alone, and does not take the others back', async () => {
    const call = rig.call('a');
    const [good] = (await rig.eventOf()).Records;
    const { eventSourceARN: _arn, ...nameless } = good!;
    const event = { Records: [null, { ...nameless, messageId: 'nameless' }, good] };
    expect(await rig.handle(event as never)).toEqual({
      batchItemFailures: [{ itemIdentifier: '' }, { itemIdentifier: 'nameless' }],
    });
    await world.runtime.run(call);
  });
});

describe('a record', () => {
  test('whose reply cannot be sent now is left in the queue', async () => {
    const calls = [rig.call('a'), rig.call('b')];
    const event = await rig.eventOf();
    let sends = 0;
    world.faults.sendBatch = async (request) =>
      (sends += 1) === 1
        ? {
            kind: 'ok',
            entries: [
              { kind: 'unknown', error: 'lost' },
              { kind: 'ok', messageId: 'm' },
            ],
          }
        : { kind: 'denied', error: String(request.entries.length) };
    expect(await rig.handle(event)).toEqual({ batchItemFailures: ids(event, 0) });
    await world.runtime.run(Promise.all(calls));
  });

  test('that replyq has not written is left in the queue', async () => {
    const url = await world.service.getQueueUrl({ name: 'one' });
    if (url.kind !== 'ok') throw new Error(url.error);
    await world.service.sendBatch({ ...url, entries: [{ body: 'hello', attributes: {} }] });
    const event = await rig.eventOf();
    expect(await rig.handle(event)).toEqual({ batchItemFailures: ids(event, 0) });
    expect(rig.ran).toEqual([]);
  });

  test.each([
    ['has no time', { SentTimestamp: undefined }],
    ['has a time that is none', { SentTimestamp: 'noon' }],
    ['has no count', { ApproximateReceiveCount: '' }],
  ])('that %s fails alone, and is told', async (_, attributes) => {
    const calls = [rig.call('a'), rig.call('b')];
    const event = structuredClone(await rig.eventOf());
    Object.assign(event.Records[0]?.attributes ?? {}, attributes);
    expect(await rig.handle(event)).toEqual({ batchItemFailures: ids(event, 0) });
    expect(rig.ran).toEqual(['b']);
    expect(world.events).toContainEqual(
      expect.objectContaining({ kind: 'answererFailed', queue: 'one' }),
    );
    await world.runtime.run(Promise.all(calls));
  });

  test('of a queue that cannot be opened fails, and the next event tries again', async () => {
    const answer = rig.call('a');
    const event = await rig.eventOf();
    world.faults.getQueueUrl = async () => ({ kind: 'denied', error: 'no' });
    expect(await rig.handle(event)).toEqual({ batchItemFailures: ids(event, 0) });
    delete world.faults.getQueueUrl;
    expect(await rig.handle(event)).toEqual({ batchItemFailures: [] });
    expect(await world.runtime.run(answer)).toEqual(['a', 5000]);
  });

  test('with frames of which one is left behind fails as a whole', async () => {
    const calls = [rig.call('a'), rig.call('b')];
    const [first, second] = (await rig.eventOf()).Records;
    if (first === undefined || second === undefined) throw new Error('two requests');
    const frames = [first, second].map((record) => ({
      replyTo: record.messageAttributes['ResponseQueueUrl']?.stringValue ?? '',
      procedure: 'run',
      header: JSON.parse(record.messageAttributes['replyq']?.stringValue ?? '') as object,
      body: record.body,
      attributes: {},
    }));
    const parts = writePack(frames as never);
    const messageAttributes = Object.fromEntries(
      Object.entries(parts.attributes).map(([name, { type, value }]) => [
        name,
        { dataType: type, stringValue: String(value) },
      ]),
    );
    const event = { Records: [{ ...first, body: parts.body, messageAttributes }] };
    expect(await rig.handle(event)).toEqual({ batchItemFailures: [] });
    expect(await world.runtime.run(Promise.all(calls))).toEqual([
      ['a', 5000],
      ['b', 5000],
    ]);
    let claims = 0;
    const replyStore = {
      claim: () =>
        (claims += 1) === 1
          ? { kind: 'busy', retryInMs: 1 }
          : { kind: 'stored', reply: { kind: 'result', content: 'json', body: '1' } },
      renew: () => false,
      record: () => false,
      abandon: () => undefined,
    };
    expect(await rig.handle(event, rig.make({ replyStore }))).toEqual({
      batchItemFailures: ids(event, 0),
    });
  });
});

test('binary attributes reach the handler as bytes', async () => {
  const seen: unknown[] = [];
  const watching = rig.make({
    createContext: ({ attributes }: { attributes: unknown }) => (seen.push(attributes), {}),
  });
  const value = new Uint8Array([0, 255, 10]);
  const options = {
    attributes: { zip: { type: 'Binary.gzip', value }, size: { type: 'Number', value: '5' } },
  };
  const answer = world.requester.client(one).run('a', options);
  await rig.handle(await rig.eventOf(), watching);
  await world.runtime.run(answer);
  expect(seen).toEqual([
    { zip: { type: 'Binary.gzip', value }, size: { type: 'Number', value: '5' } },
  ]);
});

test('missing handlers and options out of range are found when it is made', () => {
  expect(() => rig.make({ handlers: {} })).toThrow('no handler is given for it');
  expect(() => rig.make({ graceMs: -1 })).toThrow('graceMs is -1');
});

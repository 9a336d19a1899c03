import { expect, test } from 'vitest';
import { QueueApi } from './queue-api.ts';
import { QueueReceiver } from './queue-receiver.ts';
import type { ReceiveResult } from './queue-service.ts';
import { openQueueRig } from './testing/queue-rig.ts';

test('a service that does not wait is asked ten times a second, until it has something', async () => {
  const rig = openQueueRig();
  const url = await rig.makeQueue('q');
  rig.faults.receive = () => Promise.resolve({ kind: 'ok', messages: [] });
  const inbox = await rig.open(url, { waitMs: 20_000 });
  const loop = (async () => {
    while ((await inbox.receive({ maxFrames: 10 })).kind !== 'closed');
  })();
  await rig.runtime.advance(10_000);
  expect(rig.script.count('receive')).toBeLessThanOrEqual(16 + 100);
  expect(rig.script.count('receive')).toBeGreaterThan(90);
  delete rig.faults.receive;
  await rig.put(url, ['x']);
  await rig.runtime.advance(200);
  expect(await rig.left(url)).toEqual({ visible: 0, inFlight: 1 });
  await rig.runtime.run(inbox.close());
  await loop;
  await rig.close();
});

test('that a queue is gone is told at once, though another receive has failed and made a pause', async () => {
  const rig = openQueueRig();
  const answers: ReceiveResult[] = [
    { kind: 'unknown', error: 'The answer was lost.' },
    { kind: 'gone', error: 'The queue does not exist.' },
  ];
  const passed: ReceiveResult = { kind: 'ok', messages: [] };
  rig.faults.receive = () => Promise.resolve(answers.shift() ?? passed);
  const receiver = new QueueReceiver({
    api: new QueueApi(rig.scripted, rig.runtime, undefined),
    queue: 'q',
    queueUrl: await rig.makeQueue('q'),
    visibilityMs: 10_000,
    notYetUntilMs: -Infinity,
    framesPerMessage: 0,
    onMessages: () => {},
  });
  const { signal } = new AbortController();
  const ends: string[] = [];
  for (const name of ['first', 'second'])
    void receiver.receive(10, 1000, signal).then(({ kind }) => ends.push(`${name} ${kind}`));
  await rig.runtime.settle();
  expect(ends).toEqual(['second gone']);
  await rig.runtime.advance(20_000);
  expect(ends).toEqual(['second gone', 'first polled']);
  await rig.close();
});

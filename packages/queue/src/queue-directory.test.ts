import { afterEach, beforeEach, expect, test } from 'vitest';
import { QueueApi } from './queue-api.ts';
import { QueueDirectory } from './queue-directory.ts';
import { openQueueRig, type QueueRig } from './testing/queue-rig.ts';

let rig: QueueRig;
let directory: QueueDirectory;

beforeEach(() => {
  rig = openQueueRig();
  directory = new QueueDirectory(new QueueApi(rig.scripted, rig.runtime, undefined), '');
});

afterEach(async () => {
  await rig.close();
});

/** Lookups wait until the function is called. */
function holdLookup(): () => void {
  let letGo = (): void => undefined;
  const until = new Promise<void>((resolve) => (letGo = resolve));
  rig.script.next('getQueueUrl', { kind: 'hold', until });
  return letGo;
}

test('a queue that shall be made is made beside a lookup that does not find it', async () => {
  const letGo = holdLookup();
  const found = directory.resolve('q', false);
  const made = directory.resolve('q', true);
  letGo();
  expect(await rig.runtime.run(found)).toMatchObject({ kind: 'gone' });
  expect(await rig.runtime.run(made)).toMatchObject({ kind: 'ok', createdNow: true });
  expect(await rig.runtime.run(directory.resolve('q', false))).toMatchObject({ kind: 'ok' });
  expect(rig.script.count('createQueue')).toBe(1);
});

test('a queue that shall be made is the one that a lookup finds', async () => {
  await rig.makeQueue('q');
  const letGo = holdLookup();
  const found = directory.resolve('q', false);
  const made = directory.resolve('q', true);
  letGo();
  const [one, other] = await rig.runtime.run(Promise.all([found, made]));
  expect(one).toMatchObject({ kind: 'ok', createdNow: false });
  expect(other).toBe(one);
  expect(rig.script.count('createQueue')).toBe(0);
});

test('a lookup that failed is not kept, and the one that took its place is', async () => {
  const letGo = holdLookup();
  const early = directory.resolve('q', false);
  const made = directory.resolve('q', true);
  letGo();
  await rig.runtime.run(Promise.all([early, made]));
  const lookups = rig.script.count('getQueueUrl');
  expect(await directory.resolve('q', false)).toMatchObject({ kind: 'ok' });
  expect(rig.script.count('getQueueUrl')).toBe(lookups);
});

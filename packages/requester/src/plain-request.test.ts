import { afterEach, beforeEach, expect, test } from 'vitest';
import { ERROR, failureOf, openRig, RESULT, type Rig } from './testing/rig.ts';

let rig: Rig;

beforeEach(async () => {
  rig = await openRig();
});

afterEach(async () => {
  await rig.close();
  expect(rig.requester.pendingCount()).toBe(0);
  expect(rig.runtime.timerCount()).toBe(0);
});

test('the request carries a reply address and nothing of replyq’s', async () => {
  rig.onAsked = ({ reply }) => void reply('pong', { bare: true });
  const options = { attributes: { colour: 'red' } };
  const reply = await rig.runtime.run(rig.requester.request('shop', 'ping', options));
  expect(reply).toEqual({ body: 'pong', attributes: {} });
  const [asked] = rig.asked;
  expect(asked?.frame).toEqual({
    replyTo: expect.stringContaining(`#${rig.requester.clientId}`),
    body: 'ping',
    attributes: { colour: { type: 'String', value: 'red' } },
  });
});

test('the reply has its attributes and its body as text, whatever it is', async () => {
  const attributes = { size: { type: 'Number', value: '5' } };
  rig.onAsked = ({ reply }) => void reply('{"a":', { attributes, header: RESULT });
  const reply = await rig.runtime.run(rig.requester.request('shop', 'ping'));
  expect(reply).toEqual({ body: '{"a":', attributes });
});

test.each([
  ['{"error":{"code":"NOT_FOUND","message":"gone"}}', 'NOT_FOUND', 'gone'],
  ['{"error":{"code":"NOVELTY","message":7}}', 'INTERNAL_SERVER_ERROR', undefined],
  ['{"error":null}', 'INTERNAL_SERVER_ERROR', undefined],
  ['no json', 'INTERNAL_SERVER_ERROR', undefined],
])('the failure of a foreign procedure, %s, is %s', async (body, code, message) => {
  rig.onAsked = ({ reply }) => void reply(body, { header: ERROR });
  const error = await rig.runtime.run(failureOf(rig.requester.request('shop', 'ping')));
  expect(error).toMatchObject({
    code,
    origin: 'remote',
    queue: 'shop',
    procedure: undefined,
    callId: rig.asked[0]?.callId,
  });
  if (message !== undefined) expect(error).toMatchObject({ message });
});

test('an event is no reply', async () => {
  const header = { ...RESULT, kind: 'event', seq: 0 };
  rig.onAsked = ({ reply }) => void reply('1', { header });
  const error = await rig.runtime.run(failureOf(rig.requester.request('shop', 'ping')));
  expect(error).toMatchObject({ code: 'BAD_REPLY', maybeExecuted: true });
});

test('without a reply the error names no procedure', async () => {
  const error = await rig.runtime.run(
    failureOf(rig.requester.request('shop', 'ping', { timeoutMs: 5 })),
  );
  expect(error).toMatchObject({
    code: 'TIMEOUT',
    message: 'No reply from queue "shop" within 5 ms.',
    procedure: undefined,
    maybeExecuted: true,
  });
});

test('a body that no queue takes is refused: nothing was sent', async () => {
  const error = await rig.runtime.run(failureOf(rig.requester.request('shop', '')));
  expect(error).toMatchObject({ code: 'BAD_REQUEST', maybeExecuted: false });
  expect(rig.asked).toEqual([]);
});

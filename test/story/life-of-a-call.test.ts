// The tutorial as a test: what a login does, over each transport.
import { setTimeout as pause } from 'node:timers/promises';
import { isDeclared, RpcError, safe } from '@replyq/contract';
import { currentCall } from '@replyq/contract/transport';
import { createRequester, type Requester } from '@replyq/requester';
import { createResponder, type Responder } from '@replyq/responder';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { auth } from './auth-contract.ts';
import { queueNames, WORLDS, type World } from './worlds.ts';

describe.each(WORLDS)('over $name', ({ open }) => {
  let world: World;
  let responder: Responder;
  let requester: Requester;
  const aborted: string[] = [];

  beforeEach(async () => {
    world = await open();
    responder = createResponder({
      transport: world.transport(),
      observer: world.observer,
      contract: auth,
      create: true,
      createContext: ({ metadata, senderId, receiveCount }) => ({
        metadata,
        senderId,
        receiveCount,
      }),
      handlers: {
        login: async ({ input, errors }) => {
          if (input.password === 'gone') throw errors.gone();
          if (input.password !== 'right') throw errors.locked({ until: new Date(5) }, 'locked out');
          return { token: `token of ${input.user}`, at: new Date(7) };
        },
        echo: ({ input, ctx }) => (input === 'ctx' ? ctx : input),
        slow: async ({ input, signal }) => {
          await pause(input.ms, undefined, { signal }).catch(() =>
            aborted.push(signal.reason.name),
          );
          return 'done';
        },
        fails: () => {
          throw new Error('the password of the database is hunter2');
        },
        user: { byId: ({ input }) => ({ id: input, extra: 'dropped by the output schema' }) },
      },
    });
    await responder.start();
    requester = createRequester({ transport: world.transport() });
  });

  afterEach(async () => {
    await requester.close();
    await responder.close();
    expect(requester.pendingCount()).toBe(0);
    expect(await queueNames(world.service)).toEqual(['auth']);
    await world[Symbol.asyncDispose]();
  });

  test('a login returns what the handler returned', async () => {
    const client = requester.client(auth);
    await expect(client.login({ user: 'ann', password: 'right' })).resolves.toEqual({
      token: 'token of ann',
      at: new Date(7),
    });
    await expect(client.user.byId('42')).resolves.toEqual({ id: 42 });
  });

  test('a declared error arrives with its data and nothing else does', async () => {
    const client = requester.client(auth);
    const { error } = await safe(client.login({ user: 'ann', password: 'wrong' }));
    expect(isDeclared(error, auth.login, 'locked') && error.data.until).toEqual(new Date(5));
    expect(error).toMatchObject({
      origin: 'remote',
      message: 'locked out',
      maybeExecuted: true,
      queue: 'auth',
    });
    const gone = await safe(client.login({ user: 'ann', password: 'gone' }));
    expect(isDeclared(gone.error, auth.login, 'gone')).toBe(true);

    const unknown = await safe(client.fails('x'));
    expect(unknown.error).toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: 'Internal server error',
    });
    const invalid = await safe(client.login({ user: 1 } as never));
    expect(invalid.error).toMatchObject({ code: 'BAD_REQUEST', maybeExecuted: false });
  });

  test('a call that takes too long fails in time, and the handler hears of it', async () => {
    const client = requester.client(auth);
    aborted.length = 0;
    const { error } = await safe(client.slow({ ms: 5000 }, { timeoutMs: 300 }));
    expect(error).toMatchObject({
      code: 'TIMEOUT',
      origin: 'local',
      maybeExecuted: true,
      procedure: 'slow',
    });
    expect(error?.elapsedMs).toBeGreaterThanOrEqual(299);
    await expect.poll(() => aborted).toEqual(['TimeoutError']);
  });

  test('an aborted call fails at once', async () => {
    const client = requester.client(auth);
    const controller = new AbortController();
    const call = safe(client.slow({ ms: 400 }, { signal: controller.signal }));
    await pause(50);
    controller.abort();
    expect((await call).error).toMatchObject({ code: 'CANCELLED' });
    expect((await safe(client.echo(1, { signal: controller.signal }))).error).toMatchObject({
      code: 'CANCELLED',
      maybeExecuted: false,
    });
  });

  test.each([
    ['a Date', new Date(3)],
    [
      'a Map',
      new Map<unknown, unknown>([
        ['a', new Date(1)],
        ['b', new Set([1n])],
      ]),
    ],
    ['a Set', new Set(['a', 2, undefined])],
    ['a bigint', 2n ** 70n],
    ['bytes', new Uint8Array([0, 1, 255])],
    ['undefined', undefined],
    ['undefined in an object', { a: undefined, b: null, c: [undefined] }],
    ['numbers that JSON has not', [NaN, Infinity, -Infinity, -0]],
    ['text that SQS refuses raw', '\uFFFE \uFFFF \u0000 \ud800 ü'],
    ['an emoji', '🐢'],
    ['keys that mean something elsewhere', { then: 1, toJSON: 2, valueOf: 3 }],
  ])('%s survives both ways', async (_name, value) => {
    await expect(requester.client(auth).echo(value)).resolves.toEqual(value);
  });

  test('what cannot travel is refused before it is sent', async () => {
    const { error } = await safe(requester.client(auth).echo({ a: { b: () => 1 } }));
    expect(error).toMatchObject({
      code: 'BAD_REQUEST',
      maybeExecuted: false,
      procedure: 'echo',
      queue: 'auth',
    });
    expect(error?.message).toContain('a.b');
  });

  test('the handler sees what the caller sent along', async () => {
    const metadata = { tenant: 'acme' };
    const seen = await requester.client(auth).echo('ctx', { metadata });
    expect(seen).toMatchObject({ metadata, receiveCount: 1 });
  });

  test('a hundred calls in a row cost at most six requests each and make one queue', async () => {
    const client = requester.client(auth);
    await client.echo('first');
    const before = world.requests();
    for (let n = 0; n < 100; n += 1) expect(await client.echo(n)).toBe(n);
    await requester.close();
    await responder.close();
    const after = world.requests();
    const spent = Object.entries(after).map(
      ([operation, count]) => [operation, count - (before[operation] ?? 0)] as const,
    );
    const total = spent.reduce((sum, [, count]) => sum + count, 0);
    expect(total / 100).toBeLessThanOrEqual(6);
    expect(after['CreateQueue']).toBe(2); // The request queue, which the story asked for, and the reply queue.
  });

  test('no request is deleted before its reply was accepted', async () => {
    const client = requester.client(auth);
    await Promise.all(Array.from({ length: 30 }, (_, n) => client.echo(n)));
    await responder.close();
    let accepted = 0;
    let deleted = 0;
    for (const event of world.events) {
      if (event.kind === 'replySent') accepted += 1;
      if (event.kind !== 'apiRequest' || event.outcome !== 'ok') continue;
      if (event.operation === 'DeleteMessageBatch' && event.queue === 'auth')
        deleted += event.entries;
      expect(deleted).toBeLessThanOrEqual(accepted);
    }
    expect(accepted).toBe(30);
    const url = await world.service.getQueueUrl({ name: 'auth' });
    if (url.kind !== 'ok') throw new Error(url.error);
    const left = await world.service.getQueueAttributes({ queueUrl: url.queueUrl });
    expect(left).toMatchObject({ attributes: { visibleCount: 0, inFlightCount: 0 } });
  });

  test('a thousand calls at once each get their own reply', async () => {
    const client = requester.client(auth);
    const nonces = Array.from({ length: 1000 }, (_, n) => `nonce ${n}`);
    const replies = await Promise.all(nonces.map((nonce) => client.echo(nonce)));
    expect(replies).toEqual(nonces);
  });

  test('two requesters never see each other', async () => {
    await using other = createRequester({ transport: world.transport() });
    const clients = [requester.client(auth), other.client(auth)] as const;
    const calls = Array.from({ length: 200 }, (_, n) => clients[n % 2 === 0 ? 0 : 1].echo(n));
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 200 }, (_, n) => n));
    expect(world.events.filter(({ kind }) => kind === 'sharedReplyQueue')).toEqual([]);
  });

  test('calls to a queue that does not exist fail before they are sent', async () => {
    const { error } = await safe(requester.client(auth, { queue: 'nobody' }).echo(1));
    expect(error).toBeInstanceOf(RpcError);
    expect(error).toMatchObject({ code: 'NOT_SENT', maybeExecuted: false, queue: 'nobody' });
  });

  test('outside of a handler there is no current call', () => {
    expect(currentCall()).toBeUndefined();
  });
});

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Proxy } from './proxy.ts';

let echo: Server;
let proxy: Proxy;
const clients: Socket[] = [];

beforeEach(async () => {
  echo = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = new Proxy((echo.address() as AddressInfo).port);
  await proxy.listen();
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.close();
  echo.close();
});

/** A connected client, and all that it has heard. */
async function open(): Promise<{ socket: Socket; heard: () => string; ended: () => string }> {
  const socket = connect({ port: Number(new URL(proxy.endpoint).port), host: '127.0.0.1' });
  clients.push(socket);
  let text = '';
  let end = 'open';
  socket.on('data', (chunk) => (text += chunk.toString()));
  socket.on('end', () => (end = 'ended'));
  socket.on('error', ({ message }) => (end = message));
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve);
    socket.once('close', () => resolve());
  });
  return { socket, heard: () => text, ended: () => end };
}

const within = { timeout: 5000, interval: 5 };
/** Long enough for an echo over the loopback that nothing holds up. */
const A_WHILE_MS = 150;

test('in fair weather bytes pass both ways, and an end is passed on', async () => {
  const { ended, heard, socket } = await open();
  socket.end('hello');
  await expect.poll(heard, within).toBe('hello');
  await expect.poll(ended, within).toBe('ended');
  await expect.poll(() => proxy.connectionCount, within).toBe(0);
});

test('a cut resets who is connected and who connects, and is over when it is lifted', async () => {
  const before = await open();
  before.socket.write('a');
  await expect.poll(before.heard, within).toBe('a');
  const lift = proxy.turn({ kind: 'cut' });
  await expect.poll(before.ended, within).toContain('ECONNRESET');
  const during = await open();
  during.socket.write('b');
  await expect.poll(() => during.socket.destroyed, within).toBe(true);
  expect(during.heard()).toBe('');
  lift();
  const after = await open();
  after.socket.write('c');
  await expect.poll(after.heard, within).toBe('c');
});

test('a stall holds bytes back and loses none', async () => {
  const { heard, socket } = await open();
  const lift = proxy.turn({ kind: 'stall' });
  socket.write('late');
  await pause(A_WHILE_MS);
  expect(heard()).toBe('');
  lift();
  await expect.poll(heard, within).toBe('late');
});

test('what a black hole has swallowed stays silent, and new connections work', async () => {
  const old = await open();
  const lift = proxy.turn({ kind: 'blackHole' });
  old.socket.write('lost');
  const during = await open();
  during.socket.write('lost, too');
  lift();
  old.socket.write('still lost');
  const fresh = await open();
  fresh.socket.write('heard');
  await expect.poll(fresh.heard, within).toBe('heard');
  await pause(A_WHILE_MS);
  expect([old.heard(), during.heard(), old.ended()]).toEqual(['', '', 'open']);
  old.socket.destroy();
  during.socket.destroy();
  fresh.socket.destroy();
  await expect.poll(() => proxy.connectionCount, within).toBe(0);
});

test('a throttle lets through so much a second', async () => {
  const { heard, socket } = await open();
  const lift = proxy.turn({ kind: 'throttle', bytesPerSecond: 1000 });
  socket.write('x'.repeat(10_000));
  await pause(A_WHILE_MS);
  // Both ways are throttled; a bound, not a timing.
  expect(heard().length).toBeLessThan(5000);
  lift();
  await expect.poll(() => heard().length, within).toBe(10_000);
});

test.each(['client', 'server'] as const)('a half-close towards the %s ends it', async (side) => {
  const { ended, heard, socket } = await open();
  socket.write('before');
  await expect.poll(heard, within).toBe('before');
  proxy.halfClose(side);
  await expect.poll(ended, within).toBe('ended');
  await expect.poll(() => proxy.connectionCount, within).toBe(0);
});

test('a later fault replaces an earlier one, whose end does not end it', async () => {
  const { heard, socket } = await open();
  const liftFirst = proxy.turn({ kind: 'throttle', bytesPerSecond: 10 });
  const liftSecond = proxy.turn({ kind: 'stall' });
  liftFirst();
  socket.write('late');
  await pause(A_WHILE_MS);
  expect(heard()).toBe('');
  liftSecond();
  await expect.poll(heard, within).toBe('late');
});

test('a client hears when the server is away', async () => {
  const port = (echo.address() as AddressInfo).port;
  echo.close();
  await once(echo, 'close');
  const { socket } = await open();
  await expect.poll(() => socket.destroyed, within).toBe(true);
  echo = createServer().listen(port, '127.0.0.1');
});

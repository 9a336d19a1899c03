// A responder is killed in the middle of a call, over the SQS protocol, as a real process.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { safe } from '@replyq/contract';
import { createRequester } from '@replyq/requester';
import { createSqsService, sqsTransport } from '@replyq/sqs';
import { startLocalSqs, type LocalSqs } from '@replyq/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { auth } from './auth-contract.ts';

const SCRIPT = fileURLToPath(new URL('slow-responder.ts', import.meta.url));

let local: LocalSqs;
const children: ChildProcess[] = [];

beforeEach(async () => {
  local = await startLocalSqs();
  const service = createSqsService({ clientConfig: local.clientConfig });
  await service.createQueue({ name: 'auth' });
  await service.close();
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await local.close();
});

/** A responder process, and the lines that it prints. */
function startResponder(
  handlerMs: number,
  visibilityMs: number,
): { child: ChildProcess; line(text: string): Promise<void>; readonly lines: string[] } {
  const child = spawn(
    process.execPath,
    [SCRIPT, local.endpoint, local.region, String(handlerMs), String(visibilityMs)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  children.push(child);
  const lines: string[] = [];
  const seen = new EventTarget();
  createInterface({ input: child.stdout }).on('line', (text) => {
    lines.push(text);
    seen.dispatchEvent(new Event('line'));
  });
  const line = async (text: string): Promise<void> => {
    while (!lines.includes(text)) await once(seen, 'line');
  };
  return { child, line, lines };
}

test('a call whose responder is killed is answered by another one, within its deadline', async () => {
  const transport = sqsTransport({ clientConfig: local.clientConfig });
  const requester = createRequester({ transport });
  const first = startResponder(60_000, 2000);
  await first.line('started');
  const call = requester.client(auth).echo('survives', { timeoutMs: 20_000 });
  await first.line('handling "survives"');
  first.child.kill('SIGKILL');
  const second = startResponder(0, 2000);
  await expect(call).resolves.toEqual({ input: 'survives', pid: second.child.pid });
  await requester.close();
  await transport.close();
});

test('the default visibility and the default timeout are enough for that', async () => {
  const transport = sqsTransport({ clientConfig: local.clientConfig });
  const requester = createRequester({ transport });
  const first = startResponder(60_000, 10_000);
  await first.line('started');
  const call = requester.client(auth).echo('survives, too');
  await first.line('handling "survives, too"');
  first.child.kill('SIGKILL');
  const second = startResponder(0, 10_000);
  await expect(call).resolves.toEqual({ input: 'survives, too', pid: second.child.pid });
  await requester.close();
  await transport.close();
});

test('a redelivered request whose deadline has passed is not run', async () => {
  const transport = sqsTransport({ clientConfig: local.clientConfig });
  const requester = createRequester({ transport });
  const first = startResponder(60_000, 2000);
  await first.line('started');
  const call = safe(requester.client(auth).echo('late', { timeoutMs: 1000 }));
  await first.line('handling "late"');
  first.child.kill('SIGKILL');
  expect((await call).error).toMatchObject({ code: 'TIMEOUT', maybeExecuted: true });
  const second = startResponder(0, 2000);
  await second.line('expired echo');
  expect(second.lines).not.toContain('handling "late"');
  await requester.close();
  await transport.close();
});

test('a responder that is told to stop finishes, exits by itself and leaves nothing running', async () => {
  const transport = sqsTransport({ clientConfig: local.clientConfig });
  const requester = createRequester({ transport });
  const responder = startResponder(500, 10_000);
  await responder.line('started');
  const call = requester.client(auth).echo('last');
  await responder.line('handling "last"');
  responder.child.kill('SIGTERM');
  const [[code]] = await Promise.all([once(responder.child, 'exit'), call]);
  expect(code).toBe(0);
  expect(responder.lines).toContain('closed');
  await requester.close();
  await transport.close();
});

// The workers of docs/workers-in-other-languages.md do what the page says of them.
import { setTimeout as pause } from 'node:timers/promises';
import { createRequester } from '@replyq/requester';
import { deadLetters } from '@replyq/tasks';
import { describe, expect, it } from 'vitest';
import { mail } from './mail-contract.ts';
import { HELLO, LEFT_ALONE, taskMessage } from './messages.ts';
import { judgedByShell } from './shell-judge.ts';
import { NONE, openStage } from './stage.ts';
import { missing, type Tool } from './tools.ts';

/** Each call of the aws command line takes a second, and several where other tests run beside it. */
const PATIENCE = { timeout: 80_000 };
const TIMEOUT_MS = 90_000;

const WORKERS: readonly (readonly ['worker.py' | 'worker.sh', readonly Tool[]])[] = [
  ['worker.py', ['python3 with boto3']],
  ['worker.sh', ['bash', 'jq', 'the aws command line']],
];

function reasonIn(line: string): string {
  return line.replace(/^left: ([\da-f-]{36} )?/, '');
}

describe.each(WORKERS)('%s', { timeout: TIMEOUT_MS }, (file, tools) => {
  const leftOut = missing(`what ${file} does`, tools);

  it.skipIf(leftOut)('does a task that replyq has enqueued, and deletes it', async () => {
    await using stage = await openStage();
    const requester = createRequester({ transport: stage.transport });
    const { id } = await requester
      .tasks(mail)
      .send_email.enqueue({ ...HELLO, to: 'ann@example.org' });
    const worker = stage.start(file);
    await expect.poll(() => worker.lines, PATIENCE).toEqual([expect.stringMatching(/^done: /)]);
    expect(await stage.counts('mail')).toEqual(NONE);
    const [sent = '', ...others] = await stage.mails();
    expect(others).toEqual([]);
    expect(sent).toContain('\nTo: ann@example.org\n');
    expect(sent).toContain(`Message-ID: <${id}@example.org>\n`);
    await requester.close();
  });

  it.skipIf(leftOut)('tries again, then puts it to the dead letters with the reason', async () => {
    await using stage = await openStage();
    const requester = createRequester({ transport: stage.transport });
    const { id } = await requester
      .tasks(mail)
      .send_email.enqueue({ ...HELLO, to: 'broken@example.org' });
    const worker = stage.start(file, [], { ATTEMPTS: '2' });
    await expect
      .poll(() => worker.lines, PATIENCE)
      .toEqual([expect.stringMatching(/^again: .*broken/), expect.stringMatching(/^dead: /)]);
    expect(await stage.counts('mail')).toEqual(NONE);
    const failure = { queue: 'mail', code: 'INTERNAL_SERVER_ERROR', attempts: 2 };
    expect(await deadLetters(stage.transport, 'mail').peek()).toMatchObject([
      {
        kind: 'request',
        task: id,
        procedure: 'send_email',
        input: { kind: 'decoded', value: { ...HELLO, to: 'broken@example.org' } },
        failure: { ...failure, message: 'The mailbox is broken.' },
      },
    ]);
    await requester.close();
  });

  it.skipIf(leftOut)('does not try again what is no mail, or was tried often enough', async () => {
    await using stage = await openStage();
    await stage.put({ ...taskMessage({ task: 'no-mail' }), body: '{"to":5}' });
    await stage.put({ ...taskMessage({ task: 'no-json' }), body: '{' });
    await stage.put(taskMessage({ task: 'too-often', try: 6 }));
    const worker = stage.start(file);
    await expect.poll(() => worker.lines, PATIENCE).toHaveLength(3);
    const letters = await deadLetters(stage.transport, 'mail').peek();
    expect(Object.fromEntries(letters.map(({ failure, task }) => [task, failure]))).toMatchObject({
      'no-mail': { code: 'BAD_REQUEST', attempts: 1 },
      'no-json': { code: 'BAD_REQUEST', attempts: 1 },
      'too-often': { code: 'INTERNAL_SERVER_ERROR', attempts: 5 },
    });
    expect(await stage.counts('mail')).toEqual(NONE);
    expect(await stage.mails()).toEqual([]);
  });

  it.skipIf(leftOut)('sends on what is not due yet', async () => {
    await using stage = await openStage();
    const now = Date.now();
    await stage.put(taskMessage({ due: now + 3_600_000 }), taskMessage({ due: now + 3000 }));
    const worker = stage.start(file);
    await expect.poll(() => stage.mails(), PATIENCE).toHaveLength(1);
    await expect.poll(() => stage.counts('mail'), PATIENCE).toEqual({ ...NONE, delayed: 1 });
    expect(worker.lines.filter((line) => !line.startsWith('done: '))).not.toEqual([]);
    expect(await stage.counts('mail-dlq')).toEqual(NONE);
  });

  it.skipIf(leftOut)('leaves alone what it cannot run', async () => {
    await using stage = await openStage();
    const kinds = Object.entries(LEFT_ALONE);
    // The shell takes too long for all of them; below it judges all without the command line.
    const some = file === 'worker.sh' ? kinds.slice(0, 2) : kinds;
    await stage.put(...some.map(([, message]) => message));
    const worker = stage.start(file);
    const reasons = (): string[] => worker.lines.map(reasonIn);
    await expect.poll(reasons, PATIENCE).toHaveLength(some.length);
    const wanted = some.map(([kind]) => kind.split(':')[0] ?? '');
    expect(reasons().toSorted()).toEqual(wanted.toSorted());
    expect(await stage.counts('mail')).toEqual({ ...NONE, hidden: some.length });
    expect(await stage.counts('mail-dlq')).toEqual(NONE);
    expect(await stage.mails()).toEqual([]);
  });
});

describe('worker.sh, without SQS', () => {
  const leftOut = missing('what worker.sh judges', ['bash', 'jq']);

  it.skipIf(leftOut).each(Object.entries(LEFT_ALONE))('leaves alone %s', (kind, message) => {
    const [why] = kind.split(':');
    expect(judgedByShell(message, 1)).toEqual({ do: 'leave', why, seconds: 10 });
    expect(judgedByShell(message, 3)).toEqual({ do: 'leave', why, seconds: 40 });
    expect(judgedByShell(message, 30)).toEqual({ do: 'leave', why, seconds: 900 });
  });

  it.skipIf(leftOut)('counts how often a task was sent and received', () => {
    const task = 't-1';
    expect(judgedByShell(taskMessage({}), 2)).toEqual({ do: 'run', attempt: 2, task });
    const message = taskMessage({ try: 3, due: 1, contract: 'mail', unheardOf: true });
    expect(judgedByShell(message, 2)).toEqual({ do: 'run', attempt: 4, task });
  });

  it.skipIf(leftOut)('waits no longer than SQS does', () => {
    const message = taskMessage({ due: Date.now() + 3_600_000 });
    expect(judgedByShell(message, 1)).toEqual({ do: 'wait', seconds: 900 });
  });
});

describe('worker.py, told to end', { timeout: TIMEOUT_MS }, () => {
  const leftOut = missing('how worker.py ends', ['python3 with boto3']);

  it.skipIf(leftOut)('ends at once when it only waits', async () => {
    await using stage = await openStage();
    await stage.put(taskMessage({}));
    const worker = stage.start('worker.py');
    await expect.poll(() => stage.counts('mail'), PATIENCE).toEqual(NONE);
    await expect.poll(() => worker.lines).toHaveLength(1);
    worker.stop();
    // A bound, not a timing: the poll that it is in takes 20 s.
    expect(await Promise.race([worker.ended, pause(12_000, 'waits', { ref: false })])).toBe(0);
  });

  it.skipIf(leftOut)('ends after its task when it works', async () => {
    await using stage = await openStage();
    const body = JSON.stringify({ ...HELLO, to: 'slow@example.org' });
    await stage.put({ ...taskMessage({}), body }, taskMessage({}, 'not_yet'));
    const worker = stage.start('worker.py');
    await expect.poll(() => stage.isSending(), PATIENCE).toBe(true);
    worker.stop();
    expect(await worker.ended).toBe(0);
    expect(await stage.mails()).toHaveLength(1);
    expect(worker.lines.at(-1)).toMatch(/^done: /);
  });
});

import { createMemoryQueueService } from '@replyq/memory';
import { describe, expect, it } from 'vitest';
import { ScriptedQueueService } from './scripted-queue-service.ts';
import { createVirtualRuntime } from './virtual-runtime.ts';

async function setUp(): Promise<{
  service: ScriptedQueueService;
  queueUrl: string;
  send: (...bodies: readonly string[]) => ReturnType<ScriptedQueueService['sendBatch']>;
  stored: () => Promise<readonly string[]>;
}> {
  const runtime = createVirtualRuntime();
  const memory = createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
  const service = new ScriptedQueueService(memory);
  const made = await memory.createQueue({ name: 'q' });
  const queueUrl = made.kind === 'ok' ? made.queueUrl : '';
  return {
    service,
    queueUrl,
    send: (...bodies) =>
      service.sendBatch({ queueUrl, entries: bodies.map((body) => ({ body, attributes: {} })) }),
    async stored() {
      const found = await memory.receive({
        queueUrl,
        maxMessages: 10,
        waitMs: 0,
        visibilityMs: 0,
      });
      return found.kind === 'ok' ? found.messages.map(({ body }) => body).sort() : [];
    },
  };
}

describe('a scripted queue service', () => {
  it('does what the other one does when nothing is scripted', async () => {
    const { send, stored } = await setUp();
    expect(await send('a')).toMatchObject({ kind: 'ok', entries: [{ kind: 'ok' }] });
    expect(await stored()).toEqual(['a']);
  });

  it('fails the next calls without effect, in the order of the script, then passes', async () => {
    const { service, send, stored } = await setUp();
    service.script.next('sendBatch', { kind: 'fail', failure: 'throttled' });
    service.script.next('sendBatch', { kind: 'fail', failure: 'gone' });
    expect((await send('a')).kind).toBe('throttled');
    expect((await send('b')).kind).toBe('gone');
    expect((await send('c')).kind).toBe('ok');
    expect(await stored()).toEqual(['c']);
  });

  it('fails always until it is healed', async () => {
    const { service, send } = await setUp();
    service.script.always('sendBatch', { kind: 'fail', failure: 'unreachable' });
    service.script.next('sendBatch', { kind: 'pass' });
    expect((await send('a')).kind).toBe('ok');
    expect((await send('b')).kind).toBe('unreachable');
    expect((await send('c')).kind).toBe('unreachable');
    service.script.heal();
    expect((await send('d')).kind).toBe('ok');
  });

  it('loses an answer after the effect', async () => {
    const { service, send, stored } = await setUp();
    service.script.next('sendBatch', { kind: 'loseAnswer' });
    expect((await send('a')).kind).toBe('unknown');
    expect(await stored()).toEqual(['a']);
  });

  it('fails one entry without effect, in its place', async () => {
    const { service, send, stored } = await setUp();
    service.script.next('sendBatch', { kind: 'failEntry', index: 1, failure: 'invalid' });
    const result = await send('a', 'b', 'c');
    const kinds = result.kind === 'ok' ? result.entries.map(({ kind }) => kind) : [];
    expect(kinds).toEqual(['ok', 'invalid', 'ok']);
    expect(await stored()).toEqual(['a', 'c']);
  });

  it('fails the only entry of a batch', async () => {
    const { service, send, stored } = await setUp();
    service.script.next('sendBatch', { kind: 'failEntry', index: 0, failure: 'invalid' });
    expect(await send('a')).toMatchObject({ kind: 'ok', entries: [{ kind: 'invalid' }] });
    expect(await stored()).toEqual([]);
  });

  it('does not mention one entry, which has taken effect', async () => {
    const { service, send, stored } = await setUp();
    service.script.next('sendBatch', { kind: 'dropEntry', index: 0 });
    const result = await send('a', 'b');
    const kinds = result.kind === 'ok' ? result.entries.map(({ kind }) => kind) : [];
    expect(kinds).toEqual(['unknown', 'ok']);
    expect(await stored()).toEqual(['a', 'b']);
  });

  it('passes a batch that has no such entry', async () => {
    const { service, send, stored } = await setUp();
    service.script.next('sendBatch', { kind: 'failEntry', index: 5, failure: 'invalid' });
    expect(await send('a')).toMatchObject({ kind: 'ok', entries: [{ kind: 'ok' }] });
    expect(await stored()).toEqual(['a']);
  });

  it('holds a call before its effect until it may go on', async () => {
    const { service, send, stored } = await setUp();
    const { promise, resolve } = Promise.withResolvers<void>();
    service.script.next('sendBatch', { kind: 'hold', until: promise });
    const sending = send('a');
    expect(await stored()).toEqual([]);
    resolve();
    expect((await sending).kind).toBe('ok');
    expect(await stored()).toEqual(['a']);
  });

  it('holds an answer after its effect, until it is healed', async () => {
    const { service, send, stored } = await setUp();
    service.script.next('sendBatch', { kind: 'holdAnswer' });
    const sending = send('a');
    expect(await stored()).toEqual(['a']);
    service.script.heal();
    expect((await sending).kind).toBe('ok');
  });

  it('ends what it holds when it is aborted or closed', async () => {
    const { service, queueUrl, send } = await setUp();
    service.script.always('sendBatch', { kind: 'hold' });
    service.script.always('deleteBatch', { kind: 'holdAnswer' });
    const { signal, abort } = abortable();
    const aborted = service.sendBatch({ queueUrl, entries: [], signal });
    const held = send('a');
    const answered = service.deleteBatch({ queueUrl, receiptHandles: [] });
    abort();
    expect((await aborted).kind).toBe('aborted');
    await service.close();
    expect((await held).kind).toBe('unreachable');
    expect((await answered).kind).toBe('unknown');
  });

  it('counts calls and keeps their requests', async () => {
    const { service, queueUrl, send } = await setUp();
    service.script.next('sendBatch', { kind: 'fail', failure: 'gone' });
    await send('a');
    await send('b', 'c');
    await service.getQueueAttributes({ queueUrl });
    expect(service.script.count('sendBatch')).toBe(2);
    expect(service.script.count('receive')).toBe(0);
    const sizes = service.script.requests('sendBatch').map(({ entries }) => entries.length);
    expect(sizes).toEqual([1, 2]);
  });
});

function abortable(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

import { setTimeout as delay } from 'node:timers/promises';
import { startLocalSqs, type LocalSqs } from '@replyq/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QueueService } from '@replyq/queue';
import { adapters } from './testing/adapters.ts';

describe.each(adapters)('%s', (_name, create) => {
  let server: LocalSqs;
  let service: QueueService;
  let queues = 0;

  beforeAll(async () => {
    server = await startLocalSqs();
    service = create({ clientConfig: server.clientConfig });
  });
  afterAll(async () => {
    await service.close();
    await server.close();
  });

  /** The `ok` result, or a failed test that shows what came instead. */
  function ok<T extends { readonly kind: string }>(result: T): Extract<T, { kind: 'ok' }> {
    expect(result).toMatchObject({ kind: 'ok' });
    return result as Extract<T, { kind: 'ok' }>;
  }
  const newQueue = async (suffix = ''): Promise<string> => {
    const name = `q${++queues}${suffix}`;
    const made = await service.createQueue({
      name,
      ...(suffix === '.fifo' && { attributes: { fifo: true } }),
    });
    return ok(made).queueUrl;
  };
  const message = { body: 'hello', attributes: {} };
  const sized = (bytes: number): typeof message => ({ ...message, body: 'x'.repeat(bytes) });
  const now = { maxMessages: 10, waitMs: 0, visibilityMs: 5_000 };

  describe('messages', () => {
    it('come back as they were sent, with attributes, age and count', async () => {
      const queueUrl = await newQueue();
      const attributes = {
        text: { type: 'String', value: 'ä' },
        count: { type: 'Number', value: '7' },
        bytes: { type: 'Binary.raw', value: new Uint8Array([1, 2, 255]) },
      };
      const sent = ok(
        await service.sendBatch({ queueUrl, entries: [{ body: 'hello', attributes }] }),
      );
      const received = ok(await service.receive({ queueUrl, ...now }));
      expect(received.messages).toMatchObject([{ body: 'hello', attributes, receiveCount: 1 }]);
      const [first] = received.messages;
      expect(sent.entries).toEqual([{ kind: 'ok', messageId: first?.messageId }]);
      expect(Math.abs((first?.sentAtMs ?? 0) - Date.now())).toBeLessThan(5_000);
      expect(first?.firstReceivedAtMs).toBeGreaterThanOrEqual(first?.sentAtMs ?? Infinity);
      expect(first?.senderId).toBe('000000000000');
    });

    it('are refused one by one: a bad entry spoils no other', async () => {
      const queueUrl = await newQueue();
      const entries = [message, { body: 'control \u0001', attributes: {} }, message];
      const { entries: results } = ok(await service.sendBatch({ queueUrl, entries }));
      expect(results.map(({ kind }) => kind)).toEqual(['ok', 'invalid', 'ok']);
    });

    it('that are too large are refused as such, alone and as a batch', async () => {
      const name = `q${++queues}`;
      const made = await service.createQueue({ name, attributes: { maxMessageBytes: 1_024 } });
      const { queueUrl } = ok(made);
      const alone = ok(
        await service.sendBatch({ queueUrl, entries: [sized(1_024), sized(1_025)] }),
      );
      expect(alone.entries.map(({ kind }) => kind)).toEqual(['ok', 'tooLarge']);
      const batch = await service.sendBatch({
        queueUrl,
        entries: [sized(600_000), sized(600_000)],
      });
      expect(batch).toMatchObject({ kind: 'tooLarge' });
    });

    it('come back at once after a visibility of 0, and count it', async () => {
      const queueUrl = await newQueue();
      await service.sendBatch({ queueUrl, entries: [message] });
      const [first] = ok(await service.receive({ queueUrl, ...now })).messages;
      expect(ok(await service.receive({ queueUrl, ...now })).messages).toEqual([]);
      const entries = [{ receiptHandle: first?.receiptHandle ?? '', visibilityMs: 0 }];
      const changed = ok(await service.changeVisibilityBatch({ queueUrl, entries }));
      expect(changed.entries).toEqual([{ kind: 'ok' }]);
      const again = ok(await service.receive({ queueUrl, ...now })).messages;
      expect(again).toMatchObject([{ messageId: first?.messageId, receiveCount: 2 }]);
    });

    it('stay away once deleted', async () => {
      const queueUrl = await newQueue();
      await service.sendBatch({ queueUrl, entries: [message, message] });
      const { messages } = ok(await service.receive({ queueUrl, ...now, visibilityMs: 0 }));
      const receiptHandles = messages.map(({ receiptHandle }) => receiptHandle);
      const deleted = ok(await service.deleteBatch({ queueUrl, receiptHandles }));
      expect(deleted.entries).toEqual([{ kind: 'ok' }, { kind: 'ok' }]);
      const { attributes } = ok(await service.getQueueAttributes({ queueUrl }));
      expect(attributes).toMatchObject({ visibleCount: 0, inFlightCount: 0 });
    });

    it('with an invalid handle are told stale', async () => {
      const queueUrl = await newQueue();
      const entries = [{ receiptHandle: 'nonsense', visibilityMs: 1_000 }];
      const changed = ok(await service.changeVisibilityBatch({ queueUrl, entries }));
      expect(changed.entries).toMatchObject([{ kind: 'staleHandle' }]);
    });

    it('wait as long as their delay, rounded up to seconds', async () => {
      const queueUrl = await newQueue();
      await service.sendBatch({ queueUrl, entries: [{ ...message, delayMs: 1 }] });
      const { attributes } = ok(await service.getQueueAttributes({ queueUrl }));
      expect(attributes).toMatchObject({ visibleCount: 0, delayedCount: 1 });
      const { messages } = ok(await service.receive({ queueUrl, ...now, waitMs: 1_900 }));
      expect(messages).toHaveLength(1);
    });

    it('of a FIFO queue keep their group, and are stored once per deduplication id', async () => {
      const queueUrl = await newQueue('.fifo');
      const entry = { ...message, groupId: 'g', deduplicationId: 'd' };
      const sent = ok(await service.sendBatch({ queueUrl, entries: [entry, entry] }));
      const ids = sent.entries.map((result) => ('messageId' in result ? result.messageId : ''));
      expect(new Set(ids).size).toBe(1);
      const { messages } = ok(await service.receive({ queueUrl, ...now }));
      expect(messages).toMatchObject([{ groupId: 'g' }]);
    });

    it('of a FIFO queue without a group are invalid', async () => {
      const queueUrl = await newQueue('.fifo');
      const sent = ok(await service.sendBatch({ queueUrl, entries: [message] }));
      expect(sent.entries).toMatchObject([{ kind: 'invalid' }]);
    });

    it('tell the service’s time with each answer', async () => {
      const queueUrl = await newQueue();
      const { serviceTimeMs } = ok(await service.receive({ queueUrl, ...now }));
      expect(Math.abs((serviceTimeMs ?? 0) - Date.now())).toBeLessThan(5_000);
    });
  });

  describe('queues', () => {
    it('are made with attributes and tags, in milliseconds', async () => {
      const name = `q${++queues}`;
      const deadLetter = ok(await service.createQueue({ name: `${name}-dlq` }));
      const { attributes: dead } = ok(
        await service.getQueueAttributes({ queueUrl: deadLetter.queueUrl }),
      );
      const attributes = {
        visibilityMs: 7_000,
        retentionMs: 300_000,
        delayMs: 1_000,
        maxMessageBytes: 2_048,
        redrive: { deadLetterArn: dead.arn, maxReceiveCount: 5 },
        extra: { ReceiveMessageWaitTimeSeconds: '3' },
      };
      const made = await service.createQueue({ name, attributes, tags: { owner: 'me' } });
      const { queueUrl } = ok(made);
      const read = ok(await service.getQueueAttributes({ queueUrl }));
      expect(read.attributes).toMatchObject(attributes);
      expect(read.attributes).toMatchObject({ fifo: false, visibleCount: 0 });
      expect(read.attributes.arn).toBe(`arn:aws:sqs:us-east-1:000000000000:${name}`);
      expect(Math.abs(read.attributes.createdAtMs - Date.now())).toBeLessThan(5_000);
      expect(ok(await service.listQueueTags({ queueUrl })).tags).toEqual({ owner: 'me' });
      expect(ok(await service.getQueueUrl({ name })).queueUrl).toBe(queueUrl);
    });

    it('keep their other tags when one is set', async () => {
      const queueUrl = await newQueue();
      expect(ok(await service.listQueueTags({ queueUrl })).tags).toEqual({});
      await service.tagQueue({ queueUrl, tags: { a: '1', b: '1' } });
      expect(await service.tagQueue({ queueUrl, tags: { b: '2' } })).toMatchObject({ kind: 'ok' });
      expect(ok(await service.listQueueTags({ queueUrl })).tags).toEqual({ a: '1', b: '2' });
    });

    it('are listed by prefix, in name order', async () => {
      for (const name of ['list-b', 'list-c', 'list-a', 'other'])
        await service.createQueue({ name });
      const { queueUrls } = ok(await service.listQueues({ prefix: 'list-' }));
      expect(queueUrls.map((url) => url.split('/').at(-1))).toEqual(['list-a', 'list-b', 'list-c']);
    });

    it('exist already under other attributes', async () => {
      const name = `q${++queues}`;
      await service.createQueue({ name, attributes: { visibilityMs: 1_000 } });
      const again = await service.createQueue({ name, attributes: { visibilityMs: 2_000 } });
      expect(again).toMatchObject({ kind: 'exists' });
    });

    it('are gone once deleted, for every operation', async () => {
      const queueUrl = await newQueue();
      expect(await service.deleteQueue({ queueUrl })).toMatchObject({ kind: 'ok' });
      const results = await Promise.all([
        service.sendBatch({ queueUrl, entries: [message] }),
        service.receive({ queueUrl, ...now }),
        service.deleteBatch({ queueUrl, receiptHandles: ['x'] }),
        service.changeVisibilityBatch({
          queueUrl,
          entries: [{ receiptHandle: 'x', visibilityMs: 0 }],
        }),
        service.tagQueue({ queueUrl, tags: { a: '1' } }),
        service.listQueueTags({ queueUrl }),
        service.getQueueAttributes({ queueUrl }),
        service.getQueueUrl({ name: queueUrl.split('/').at(-1) ?? '' }),
      ]);
      expect(results.map(({ kind }) => kind)).toEqual(results.map(() => 'gone'));
    });
  });

  describe('signals', () => {
    it('end an open long poll at once', async () => {
      const queueUrl = await newQueue();
      const controller = new AbortController();
      const polling = service.receive({
        queueUrl,
        ...now,
        waitMs: 20_000,
        signal: controller.signal,
      });
      await delay(50);
      const abortedAt = performance.now();
      controller.abort();
      expect(await polling).toMatchObject({ kind: 'aborted' });
      expect(performance.now() - abortedAt).toBeLessThan(100);
    });

    it('send nothing for a signal that has aborted', async () => {
      const queueUrl = await newQueue();
      const before = server.requestCounts();
      const signal = AbortSignal.abort();
      const sent = await service.sendBatch({ queueUrl, entries: [message], signal });
      expect(sent).toMatchObject({ kind: 'aborted' });
      expect(server.requestCounts()).toEqual(before);
    });

    it('let sends pass while many long polls are open', async () => {
      const queueUrl = await newQueue();
      const other = await newQueue();
      const before = server.requestCounts()['ReceiveMessage'] ?? 0;
      const controller = new AbortController();
      const { signal } = controller;
      const polls = Array.from({ length: 60 }, () =>
        service.receive({ queueUrl, ...now, waitMs: 20_000, signal }),
      );
      const arrived = (): number => (server.requestCounts()['ReceiveMessage'] ?? 0) - before;
      await expect.poll(arrived).toBe(polls.length);
      const startedAt = performance.now();
      ok(await service.sendBatch({ queueUrl: other, entries: [message] }));
      expect(performance.now() - startedAt).toBeLessThan(1_000);
      controller.abort();
      await Promise.all(polls);
    });
  });
});

import { defineContract, mutation } from '@replyq/contract';
import { writeMessage, writePack, type WireFrame } from '@replyq/contract/wire';
import type { QueueService } from '@replyq/queue';
import { createSqsService } from '@replyq/sqs';
import { createLeanSqsService } from '@replyq/sqs/lean';
import { deadLetters, ensureQueues } from '@replyq/tasks';
import { startLocalSqs, type LocalSqs } from '@replyq/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

// Over a local server in real time: it knows neither ListDeadLetterSourceQueues nor StartMessageMoveTask,
// so both are done without. What the service does with them is proved over the memory service.
let server: LocalSqs;
beforeAll(async () => {
  server = await startLocalSqs();
});
afterAll(() => server.close());

const taskFrame = (id: number): WireFrame => ({
  procedure: 'send',
  header: { v: 1, type: 'mutation', contract: 'jobs', timeoutMs: 1000, at: 1, content: 'json' },
  body: JSON.stringify({ id }),
  attributes: {},
});

const adapters = [
  ['the SDK adapter', createSqsService],
  ['the lean adapter', createLeanSqsService],
] as const;

describe.each(adapters)('dead letters over %s', (_, create) => {
  let service: QueueService;
  beforeAll(() => {
    service = create({ clientConfig: server.clientConfig });
  });
  afterAll(() => service.close());

  it('are set up, read, redriven and purged', { timeout: 60_000 }, async () => {
    const name = `jobs-${_.includes('lean') ? 'lean' : 'sdk'}`;
    const jobs = defineContract(name, { send: mutation({ input: z.object({ id: z.number() }) }) });
    const made = await ensureQueues(service, [jobs]);
    expect(made).toMatchObject({ ok: true });
    const again = await ensureQueues(service, [jobs], { update: true });
    expect(again.queues.map(({ action }) => action)).toEqual(['none', 'none']);

    const { queueUrl: work } = (await service.getQueueUrl({ name })) as { queueUrl: string };
    const dead = (await service.getQueueUrl({ name: `${name}-dlq` })) as { queueUrl: string };
    const send = (message: Parameters<QueueService['sendBatch']>[0]['entries'][number]) =>
      service.sendBatch({ queueUrl: dead.queueUrl, entries: [message] });
    for (let id = 0; id < 12; id += 1) await send(writeMessage(taskFrame(id)));
    await send(writePack([12, 13, 14].map(taskFrame)));

    const letters = deadLetters(service, name);
    expect(await letters.find()).toMatchObject({ name: `${name}-dlq`, sources: [name] });
    expect(await letters.peek({ max: 4 })).toHaveLength(4);
    const even = ({ body }: { readonly body: string }): boolean =>
      (JSON.parse(body) as { id: number }).id % 2 === 0;
    const report = await letters.redrive({ filter: even });
    expect(report).toMatchObject({ moved: 8, passedOver: 7, keptCount: 0, ended: 'empty' });
    const rest = await letters.redrive({ asTheyAre: true, max: 3 });
    expect(rest).toMatchObject({ byService: false, ended: 'max' });
    expect(await letters.redrive({ asTheyAre: true })).toMatchObject({ byService: false });

    const bodies: string[] = [];
    for (let turn = 0; turn < 20 && bodies.length < 15; turn += 1) {
      const got = await service.receive({
        queueUrl: work,
        maxMessages: 10,
        waitMs: 1000,
        visibilityMs: 30_000,
      });
      if (got.kind === 'ok') bodies.push(...got.messages.map(({ body }) => body));
    }
    // Some of the last ones left in the company of those that were not chosen before.
    const ids = bodies.flatMap((body) =>
      [...body.matchAll(/"id":(\d+)\}/g)].map(([, id]) => Number(id)),
    );
    expect(ids.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 15 }, (__, id) => id));
    await send(writeMessage(taskFrame(99)));
    expect(await letters.purge({ confirm: `${name}-dlq` })).toMatchObject({ purged: true });
    expect(await letters.peek()).toEqual([]);
  });
});

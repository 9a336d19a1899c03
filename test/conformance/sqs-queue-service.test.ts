import { setTimeout as delay } from 'node:timers/promises';
import { systemRuntime } from '@replyq/contract/transport';
import { createSqsService } from '@replyq/sqs';
import { createLeanSqsService } from '@replyq/sqs/lean';
import {
  queueServiceCases,
  runCase,
  startLocalSqs,
  type LocalSqs,
  type QueueServiceFixture,
} from '@replyq/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Both AWS adapters over a local server, in real time. That server is not SQS: where it differs, the
// case stands in this list with what the server does. Each is run too, and must still fail, so that
// the list shrinks when the server gets better.
const SERVER_DIFFERS: ReadonlyMap<string, string> = new Map([
  ['a body keeps every character that SQS takes', 'refuses characters beyond U+FFFF'],
  ['an empty body is refused', 'takes it'],
  ['an eleventh attribute is refused', 'takes it'],
  ['an attribute with an empty value is refused', 'takes it'],
  ['attribute names outside the grammar are refused', 'takes any'],
  ['attribute types and values that do not fit are refused', 'takes any'],
  ['an entry fails alone, and results stand in the order of entries', 'takes any type'],
  ['a trace header comes back beside ten attributes and is none of them', 'drops it'],
  ['a standard queue carries a group and does not lock it', 'drops the group'],
  ['a delay of more than 15 minutes is refused', 'takes any delay'],
  [
    'the visibility of a message that is not in flight cannot be changed',
    'takes a handle whose timeout has passed',
  ],
  ['a dead-letter queue must exist', 'takes any ARN'],
  ['queue names outside the grammar are refused', 'takes any name'],
  ['a name ends in .fifo if and only if the queue is FIFO', 'takes .fifo for a standard queue'],
  ['tags beyond the limits are refused', 'knows no limits'],
  ['a dead-letter queue takes only what its RedriveAllowPolicy allows', 'allows all'],
  ['a queue is not purged twice within a minute', 'purges at once, each time'],
  ['a dead-letter queue tells the queues it serves, by name', 'does not know the operation'],
  ['a move task moves dead letters back as new messages', 'does not know the operation'],
]);

const adapters = [
  ['the SDK adapter', createSqsService],
  ['the lean adapter', createLeanSqsService],
] as const;

const cases = queueServiceCases.filter(({ needs }) => !needs.includes('virtualTime'));

let server: LocalSqs;
beforeAll(async () => {
  server = await startLocalSqs();
});
afterAll(() => server.close());

let fixtures = 0;
async function openFixture(create: (typeof adapters)[number][1]): Promise<QueueServiceFixture> {
  const service = create({ clientConfig: server.clientConfig });
  const prefix = `t${++fixtures}`;
  const made: string[] = [];
  let count = 0;
  const queueName = (label: string): string => `${prefix}-${++count}-${label}`;
  return {
    service,
    runtime: systemRuntime,
    features: {
      virtualTime: false,
      fifo: true,
      fairQueues: false,
      traceHeader: false,
      strictMessages: false,
      strictHandles: false,
      blockedNames: false,
    },
    elapse: async (ms) => {
      await delay(ms);
    },
    finish: (promise) => promise,
    queueName,
    async makeQueue(request = {}) {
      const result = await service.createQueue({ name: queueName('queue'), ...request });
      if (result.kind !== 'ok') throw new Error(`${result.kind}: ${result.error}`);
      made.push(result.queueUrl);
      return result.queueUrl;
    },
    async close() {
      for (const queueUrl of made) await service.deleteQueue({ queueUrl });
      await service.close();
    },
  };
}

// Each case has queues of its own, and most of its time is waiting.
describe.concurrent.each(adapters)('%s', (_name, create) => {
  for (const each of cases.filter(({ name }) => !SERVER_DIFFERS.has(name))) {
    it(`shows that ${each.name}`, async () => {
      await expect(runCase(each, () => openFixture(create))).resolves.toBeUndefined();
    });
  }
});

describe.concurrent.each(adapters)(
  '%s: the local server still differs from SQS',
  (_name, create) => {
    for (const each of cases.filter(({ name }) => SERVER_DIFFERS.has(name))) {
      it(`${each.name}: it ${SERVER_DIFFERS.get(each.name)}`, async () => {
        const run = runCase(each, () => openFixture(create));
        await expect(run).rejects.toThrow('It is not true that');
      });
    }
  },
);

describe('what is left out', () => {
  it('is in the suite under its name', () => {
    const names = new Set(cases.map(({ name }) => name));
    expect([...SERVER_DIFFERS.keys()].filter((name) => !names.has(name))).toEqual([]);
  });

  it('else is what takes minutes to days', () => {
    const waits = queueServiceCases.filter((each) => !cases.includes(each));
    expect(waits.map(({ name }) => name)).toMatchInlineSnapshot(`
      [
        "a message can be held for twelve hours from its receive and no longer",
        "a delay is rounded up to whole seconds",
        "a delay of 15 minutes passes",
        "a message is kept as long as the queue says, received or not",
        "a duplicate is known for five minutes",
        "a name is blocked for a minute after its queue was deleted",
      ]
    `);
  });
});

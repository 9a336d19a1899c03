import { setTimeout as delay } from 'node:timers/promises';
import { systemRuntime } from '@replyq/contract/transport';
import { createQueueTransport } from '@replyq/queue';
import { createSqsService } from '@replyq/sqs';
import {
  missingFeatures,
  runCase,
  ScriptedQueueService,
  startLocalSqs,
  transportCases,
  type LocalSqs,
  type TransportFeature,
  type TransportFixture,
  type TransportFixtureOptions,
} from '@replyq/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The transport over the AWS adapter and a local server, in real time. What it leaves out, by what
// is missing:
//
//   virtualTime   takes minutes, or measures to the millisecond
//   fifoBatches   the server gives one message of a group per receive
//   traceHeader   the server drops it
const FEATURES: Readonly<Record<TransportFeature, boolean>> = {
  virtualTime: false,
  faults: true,
  fifo: true,
  fifoBatches: false,
  traceHeader: false,
};

const cases = transportCases.filter((each) => missingFeatures(each, FEATURES).length === 0);

let server: LocalSqs;
beforeAll(async () => {
  server = await startLocalSqs();
});
afterAll(() => server.close());

let fixtures = 0;

async function openFixture(options: TransportFixtureOptions = {}): Promise<TransportFixture> {
  const prefix = `t${++fixtures}x`;
  const runtime = { ...systemRuntime, nowMs: () => Date.now() + (options.clockSkewMs ?? 0) };
  const service = createSqsService({ clientConfig: server.clientConfig });
  const scripted = new ScriptedQueueService(
    createSqsService({ clientConfig: server.clientConfig }),
  );
  const transport = createQueueTransport({ ...options.transport, service: scripted, runtime });
  const made: string[] = [];
  let count = 0;
  const name = (label: string): string => `${prefix}-${++count}-${label}`;
  return {
    transport,
    runtime,
    service,
    script: scripted.script,
    features: FEATURES,
    elapse: async (ms) => {
      await delay(ms);
    },
    run: (promise) => promise,
    name,
    async makeQueue(request = {}) {
      const result = await service.createQueue({ name: name('queue'), ...request });
      if (result.kind !== 'ok') throw new Error(`${result.kind}: ${result.error}`);
      const url = result.queueUrl;
      made.push(url);
      const found = await service.getQueueAttributes({ queueUrl: url });
      if (found.kind !== 'ok') throw new Error(`${found.kind}: ${found.error}`);
      return { name: url.slice(url.lastIndexOf('/') + 1), url, arn: found.attributes.arn };
    },
    async close() {
      await transport.close();
      for (const queueUrl of made) await service.deleteQueue({ queueUrl });
      const lists = [prefix, `__RequesterClientQueues__${prefix}-`];
      const left = await Promise.all(lists.map((each) => service.listQueues({ prefix: each })));
      await service.close();
      expect(left).toMatchObject(lists.map(() => ({ kind: 'ok', queueUrls: [] })));
    },
  };
}

// Each case has queues of its own, and most of its time is waiting.
describe.concurrent('the transport over SQS', () => {
  for (const each of cases) {
    it(`shows that ${each.name}`, async () => {
      await expect(runCase(each, openFixture)).resolves.toBeUndefined();
    });
  }
});

describe('what is left out', () => {
  const missing = (feature: TransportFeature): readonly string[] =>
    transportCases.filter(({ needs }) => needs.includes(feature)).map(({ name }) => name);

  it('is what the server lacks', () => {
    expect(missing('traceHeader')).toMatchInlineSnapshot();
    expect(missing('fifoBatches')).toMatchInlineSnapshot();
  });

  it('else is what takes minutes, or measures exactly', () => {
    expect(missing('virtualTime')).toMatchInlineSnapshot();
  });
});

import { setTimeout as delay } from 'node:timers/promises';
import { systemRuntime } from '@replyq/contract/transport';
import { createQueueTransport } from '@replyq/queue';
import { createSqsService } from '@replyq/sqs';
import { createLeanSqsService } from '@replyq/sqs/lean';
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

// The transport over both AWS adapters and a local server, in real time. What it leaves out, by what
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

const adapters = [
  ['the SDK adapter', createSqsService],
  ['the lean adapter', createLeanSqsService],
] as const;

const cases = transportCases.filter((each) => missingFeatures(each, FEATURES).length === 0);

let server: LocalSqs;
beforeAll(async () => {
  server = await startLocalSqs();
});
afterAll(() => server.close());

let fixtures = 0;

async function openFixture(
  create: (typeof adapters)[number][1],
  options: TransportFixtureOptions = {},
): Promise<TransportFixture> {
  const prefix = `t${++fixtures}x`;
  const runtime = { ...systemRuntime, nowMs: () => Date.now() + (options.clockSkewMs ?? 0) };
  const service = create({ clientConfig: server.clientConfig });
  const scripted = new ScriptedQueueService(create({ clientConfig: server.clientConfig }));
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
describe.concurrent.each(adapters)('the transport over %s', (_name, create) => {
  for (const each of cases) {
    it(`shows that ${each.name}`, async () => {
      const run = runCase(each, (options?: TransportFixtureOptions) =>
        openFixture(create, options),
      );
      await expect(run).resolves.toBeUndefined();
    });
  }
});

describe('what is left out', () => {
  const missing = (feature: TransportFeature): readonly string[] =>
    transportCases.filter(({ needs }) => needs.includes(feature)).map(({ name }) => name);

  it('is what the server lacks', () => {
    expect(missing('traceHeader')).toMatchInlineSnapshot(`
      [
        "a trace header arrives",
      ]
    `);
    expect(missing('fifoBatches')).toMatchInlineSnapshot(`
      [
        "what waits behind a delivery of its group is held, and comes when that is acked",
      ]
    `);
  });

  it('else is what takes minutes, or measures exactly', () => {
    expect(missing('virtualTime')).toMatchInlineSnapshot(`
      [
        "what a reply has said holds for five minutes",
        "a send that is never answered is given up and sent again",
        "a throttled queue is asked about ten times a second at most",
        "a lone frame leaves at once, without waiting for company",
        "twenty held messages cost two calls a heartbeat",
        "nothing is asked of the service while nobody receives and nothing is held",
        "what waits behind a delivery of its group is held, and comes when that is acked",
        "failing receives are backed off from, and recover",
        "a receive that is never answered is given up five seconds after its wait, and the next works",
        "aborting a receive that backs off ends it at once",
        "a frame stays hidden for as long as its receiver asked",
        "a reply queue that cannot be made fails as unavailable after a while",
        "a heartbeat tags the reply queue about every 100 s, and one that fails does not stop it",
        "a heartbeat tells the service's time, with a clock 10 min ahead",
        "a heartbeat tells the service's time, with a clock -10 min ahead",
        "a reply queue without a heartbeat for half its time is proven before a call leaves",
        "a reply queue that turns out to be gone when it is proven is made anew",
        "close waits for a lost reply queue that is being made anew, and leaves none",
        "a reply to a queue that is not there yet is tried until it is",
        "a reply to a queue that never comes is refused as gone after three seconds",
        "a transport that was used leaves no timer when it is closed",
        "a transport that is closed in the midst of retries leaves no timer",
      ]
    `);
  });
});

// Both sweepers, on queues of both sides, under the one prefix that AWS documents.
import assert from 'node:assert/strict';
import { HOST_QUEUE_TAGS, sweepIdleQueues, type SweepReport } from '@replyq/queue';
import { createRequester } from '@replyq/requester';
import { deadJavaQueue, deadReplyqQueue, javaHostQueue } from '../dead-queues.ts';
import type { InteropCase } from '../interop-case.ts';
import { until } from '../until.ts';
import type { World } from '../world.ts';

const PREFIX = '__RequesterClientQueues__';
const QUEUE_NAME = '__AmazonSQSVirtualQueuesClient.QueueName';
/** Some heartbeats may fail on a loaded machine. */
const LIVE = { idleRetentionSeconds: 6, heartbeatSeconds: 1 };
const SWEPT_WITHIN_MS = 120_000;

/** Sweeps by hand until it deletes `name`. Resolves with that last report. */
async function sweepUntilGone(world: World, names: readonly string[]): Promise<SweepReport> {
  const deleted = new Set<string>();
  return until(
    `${names.join(' and ')} swept`,
    async () => {
      const report = await sweepIdleQueues(world.service);
      assert.equal(report.error, undefined);
      for (const name of report.deleted) deleted.add(name);
      return names.every((name) => deleted.has(name)) ? report : undefined;
    },
    SWEPT_WITHIN_MS,
  );
}

function reasonOf(report: SweepReport, name: string): string | undefined {
  return report.kept.find(({ queue }) => queue === name)?.reason;
}

async function gone(world: World, name: string): Promise<void> {
  const isGone = async (): Promise<true | undefined> =>
    !(await world.raw.names(name)).includes(name) || undefined;
  await until(`${name} deleted`, isGone, SWEPT_WITHIN_MS);
}

/** Its last heartbeat has come long after `sinceMs`: it lives by its heartbeats alone. */
async function hasLivedOn(world: World, name: string, sinceMs: number): Promise<void> {
  const queueUrl = await world.raw.url(name);
  const moreMs = 1.5 * LIVE.idleRetentionSeconds * 1000;
  await until(
    `heartbeats of ${name}`,
    async () => {
      const beat = Number((await world.raw.tags(queueUrl))[HOST_QUEUE_TAGS.heartbeat]);
      return beat > sinceMs + moreMs || undefined;
    },
    SWEPT_WITHIN_MS,
  );
}

/** A replyq requester with a live reply queue; resolves with its name. */
async function liveReplyqQueue(world: World): Promise<string> {
  const replyQueue = {
    idleRetentionMs: LIVE.idleRetentionSeconds * 1000,
    heartbeatIntervalMs: LIVE.heartbeatSeconds * 1000,
    sweep: false,
  };
  const requester = world.keep(createRequester({ transport: world.transport({ replyQueue }) }));
  assert.deepEqual(await requester.ready(), { kind: 'ready' });
  return `${PREFIX}${requester.clientId}-0`;
}

/** A queue as a dead client leaves it, made by hand. */
async function deadQueue(world: World): Promise<string> {
  const name = `${PREFIX}${crypto.randomUUID()}-0`;
  await world.raw.create(name, {
    [HOST_QUEUE_TAGS.retention]: '1',
    [HOST_QUEUE_TAGS.heartbeat]: String(Date.now() - 60_000),
  });
  return name;
}

export const sweepingCases: readonly InteropCase[] = [
  {
    name: 'replyq sweeps dead queues of both sides, and neither live nor full ones nor Java’s own',
    async run(world) {
      const sinkUrl = await world.raw.create('sweep-sink');
      // With a sweeper, so that its two queues are there; so seldom that it does not sweep here.
      const living = await world.javaRequester({ ...LIVE, sweepSeconds: 86_400 });
      const liveJava = await javaHostQueue(world, living, sinkUrl);
      const liveReplyq = await liveReplyqQueue(world);
      const sinceMs = Date.now();
      const full = await deadJavaQueue(world, sinkUrl);
      await world.raw.send(await world.raw.url(full), { body: 'unread' });
      const dead = [await deadJavaQueue(world, sinkUrl), await deadReplyqQueue(world)];
      await sweepUntilGone(world, dead);
      for (const name of dead) assert.deepEqual(await world.raw.names(name), []);

      await hasLivedOn(world, liveJava, sinceMs);
      await hasLivedOn(world, liveReplyq, sinceMs);
      const report = await sweepUntilGone(world, [await deadQueue(world)]);
      assert.equal(reasonOf(report, liveJava), 'live');
      assert.equal(reasonOf(report, liveReplyq), 'live');
      assert.equal(reasonOf(report, full), 'not empty');
      assert.equal(reasonOf(report, PREFIX), 'reserved');
      assert.equal(reasonOf(report, `${PREFIX}_DLQ`), 'reserved');
      await world.raw.take(await world.raw.url(full));
      await sweepUntilGone(world, [full]);
    },
  },
  {
    name: 'a replyq requester sweeps a dead Java queue by itself',
    async run(world) {
      const sinkUrl = await world.raw.create('sweep-sink-2');
      const replyQueue = { sweepEveryMs: 10_000 };
      const sweeping = world.keep(createRequester({ transport: world.transport({ replyQueue }) }));
      assert.deepEqual(await sweeping.ready(), { kind: 'ready' });
      const dead = await deadJavaQueue(world, sinkUrl);
      await gone(world, dead);
      const swept = world.saw('idleQueuesSwept').flatMap(({ deleted }) => deleted);
      assert.ok(swept.includes(dead), `${dead} was deleted by somebody else`);
    },
  },
  {
    name: 'Java sweeps dead queues of both sides, and no live one',
    async run(world) {
      const sinkUrl = await world.raw.create('sweep-sink-3');
      const liveReplyq = await liveReplyqQueue(world);
      const sinceMs = Date.now();
      const dead = [await deadReplyqQueue(world), await deadJavaQueue(world, sinkUrl)];
      const sweeping = await world.javaRequester({ ...LIVE, sweepSeconds: 2 });
      const liveJava = await javaHostQueue(world, sweeping, sinkUrl);
      for (const name of dead) await gone(world, name);

      await hasLivedOn(world, liveReplyq, sinceMs);
      // Its end shows that a whole sweep came after that; the second, that one was not under way by then.
      for (let sweeps = 0; sweeps < 2; sweeps += 1) await gone(world, await deadQueue(world));
      assert.deepEqual(await world.raw.names(liveReplyq), [liveReplyq]);
      assert.deepEqual(await world.raw.names(liveJava), [liveJava]);
    },
  },
  {
    name: 'Java’s sweeper spares a replyq queue with an unread reply, and takes it once it is empty',
    async run(world) {
      const full = await deadReplyqQueue(world);
      const fullUrl = await world.raw.url(full);
      const reply = { type: 'String', value: 'call' };
      await world.raw.send(fullUrl, { body: 'unread', attributes: { [QUEUE_NAME]: reply } });
      await world.javaRequester({ ...LIVE, sweepSeconds: 2 });
      for (let sweeps = 0; sweeps < 2; sweeps += 1) await gone(world, await deadQueue(world));
      assert.deepEqual(await world.raw.names(full), [full]);
      await world.raw.take(fullUrl);
      await gone(world, full);
    },
  },
];

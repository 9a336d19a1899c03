// Who waits too long, who answers too late, and whose reply queue is gone.
import assert from 'node:assert/strict';
import { defineContract, mutation, RpcError } from '@replyq/contract';
import { createRequester } from '@replyq/requester';
import { createResponder } from '@replyq/responder';
import { z } from 'zod';
import type { InteropCase } from '../interop-case.ts';
import { JavaFailure } from '../java-program.ts';
import { textAttribute } from '../message.ts';
import { until } from '../until.ts';
import { namesOfHostQueues, newHostQueue } from './host-queue.ts';
import { serveText } from './serve-text.ts';

const QUEUE_NAME = '__AmazonSQSVirtualQueuesClient.QueueName';
/** The deadline of the impatient contract below. */
const IMPATIENT_MS = 500;
const EVENT_WITHIN_MS = 20_000;

const impatient = defineContract('impatient', {
  login: mutation({
    foreign: 'text',
    input: z.string(),
    output: z.string(),
    timeoutMs: IMPATIENT_MS,
  }),
});

/** As Java tells of it: a timeout, and nothing else. */
function isJavaTimeout(error: unknown): boolean {
  return error instanceof JavaFailure && error.message.includes('TimeoutException');
}

export const timeoutCases: readonly InteropCase[] = [
  {
    name: 'a Java requester times out, deletes replyq’s late reply, and goes on',
    async run(world) {
      const late = Promise.withResolvers<string>();
      const queueUrl = await serveText(world, 'java-waits', (input) =>
        input === 'slow' ? late.promise : 'quick',
      );
      const before = await namesOfHostQueues(world);
      const requester = await world.javaRequester();
      for (const sync of [false, true]) {
        const slow = requester.ask(queueUrl, 'slow', { timeoutSeconds: 2, sync });
        await assert.rejects(slow, isJavaTimeout);
      }
      late.resolve('late');
      const sent = (): true | undefined => world.saw('replySent').length === 2 || undefined;
      await until('two late replies', sent, EVENT_WITHIN_MS);
      await world.raw.emptied(await newHostQueue(world, before));
      assert.equal((await requester.ask(queueUrl, 'quick')).body, 'quick');
    },
  },
  {
    name: 'a handler past its deadline is aborted, and its Java request is not left behind',
    async run(world) {
      const responder = world.keep(
        createResponder({
          transport: world.transport(),
          observer: world.observe,
          queue: 'impatient',
          create: true,
          contract: impatient,
          handlers: {
            login: ({ signal }) =>
              new Promise((_, reject) => {
                signal.addEventListener('abort', () => reject(signal.reason as Error));
              }),
          },
        }),
      );
      await responder.start();
      const queueUrl = await world.raw.create('impatient');
      const requester = await world.javaRequester();
      await assert.rejects(requester.ask(queueUrl, 'ann', { timeoutSeconds: 3 }), isJavaTimeout);
      await world.raw.emptied(queueUrl);
      assert.equal(world.saw('handlerSettled').length, 1);
    },
  },
  {
    name: 'a Java request that has waited longer than its procedure’s timeout is deleted unrun',
    async run(world) {
      const queueUrl = await world.raw.create('impatient-late');
      const requester = await world.javaRequester();
      const asked = assert.rejects(
        requester.ask(queueUrl, 'ann', { timeoutSeconds: 5 }),
        isJavaTimeout,
      );
      const isSent = async (): Promise<true | undefined> =>
        (await world.raw.count(queueUrl)) === 1 || undefined;
      await until('the request in its queue', isSent, EVENT_WITHIN_MS);
      const sentMs = performance.now();
      const isOld = (): true | undefined => performance.now() - sentMs > IMPATIENT_MS || undefined;
      await until('an old request', isOld, EVENT_WITHIN_MS);
      const responder = world.keep(
        createResponder({
          transport: world.transport(),
          observer: world.observe,
          queue: 'impatient-late',
          contract: impatient,
          handlers: { login: () => 'never' },
        }),
      );
      await responder.start();
      await world.raw.emptied(queueUrl);
      assert.equal(world.saw('requestExpired').length, 1);
      assert.equal(world.saw('handlerStarted').length, 0);
      await asked;
    },
  },
  {
    name: 'a replyq call ends at its deadline, and Java’s late and second replies are dropped',
    async run(world) {
      const queueUrl = await world.raw.create('java-is-late');
      const responder = await world.javaResponder(queueUrl);
      const transport = world.transport();
      const requester = world.keep(createRequester({ transport, observer: world.observe }));
      const options = { timeoutMs: 500 };
      const slow = requester.request('java-is-late', 'slow', options);
      await assert.rejects(slow, (error) => {
        assert.ok(error instanceof RpcError);
        assert.equal(error.code, 'TIMEOUT');
        assert.equal(error.maybeExecuted, true);
        return true;
      });
      await responder.answer(await responder.request(), 'late', 'later still');

      const first = requester.request('java-is-late', 'first');
      await responder.answer(await responder.request(), 'one', 'two');
      assert.equal((await first).body, 'one');
      const second = requester.request('java-is-late', 'second');
      const request = await responder.request();
      const dropped = (): true | undefined => world.saw('replyDropped').length === 3 || undefined;
      await until('three dropped replies', dropped, EVENT_WITHIN_MS);
      await responder.answer(request, 'three');
      assert.equal((await second).body, 'three');
      assert.ok(world.saw('replyDropped').every(({ reason }) => reason === 'unknownCall'));
    },
  },
  {
    name: 'a Java responder survives the reply queue of a replyq requester that has closed',
    async run(world) {
      const queueUrl = await world.raw.create('java-survives');
      const responder = await world.javaResponder(queueUrl);
      const transport = world.transport();
      const gone = createRequester({ transport });
      const asked = assert.rejects(gone.request('java-survives', 'x'), { code: 'CLOSED' });
      const request = await responder.request();
      await gone.close();
      await asked;
      await responder.answer(request, 'to nobody');
      const requester = world.keep(createRequester({ transport }));
      const replied = requester.request('java-survives', 'y');
      await responder.answer(await responder.request(), 'to somebody');
      assert.equal((await replied).body, 'to somebody');
    },
  },
  {
    name: 'a reply reaches a Java requester that had to make its reply queue again',
    async run(world) {
      const reply = Promise.withResolvers<string>();
      const queueUrl = await serveText(world, 'java-again', () => reply.promise);
      const before = await namesOfHostQueues(world);
      const requester = await world.javaRequester({ heartbeatSeconds: 1 });
      // ElasticMQ goes on with the poll of a queue that is gone, for up to 20 s, before Java polls the new one.
      const asked = requester.ask(queueUrl, 'x', { timeoutSeconds: 40 });
      const started = (): true | undefined => world.saw('handlerStarted').length === 1 || undefined;
      await until('the handler', started, EVENT_WITHIN_MS);
      const hostUrl = await newHostQueue(world, before);
      await world.raw.delete(hostUrl);
      assert.equal(await newHostQueue(world, before), hostUrl);
      reply.resolve('as if nothing had been');
      assert.equal((await asked).body, 'as if nothing had been');
    },
  },
  {
    name: 'either side’s reply to a queue that is gone goes to its failover queue',
    async run(world) {
      const toReplyq = await serveText(world, 'failover-replyq', (input) => `re:${input}`);
      const toJava = await world.raw.create('failover-java');
      const responder = await world.javaResponder(toJava);
      const host = `__RequesterClientQueues__${crypto.randomUUID()}-0`;
      const failoverUrl = await world.raw.create(`${host}-Failover`);
      const address = `${failoverUrl.replace(/-Failover$/, '')}#call`;
      const request = { body: 'one', attributes: { ResponseQueueUrl: textAttribute(address) } };
      for (const queueUrl of [toReplyq, toJava]) {
        await world.raw.send(queueUrl, request);
        if (queueUrl === toJava) await responder.answer(await responder.request(), 're:one');
        const { attributes, body } = await world.raw.take(failoverUrl);
        assert.equal(body, 're:one');
        assert.deepEqual(attributes[QUEUE_NAME], textAttribute('call'));
      }
      await world.raw.delete(failoverUrl);
    },
  },
];

// What stands on the wire, attribute by attribute, against vectors.json.
import assert from 'node:assert/strict';
import { createRequester } from '@replyq/requester';
import { createResponder } from '@replyq/responder';
import { HOST_QUEUE_TAGS } from '@replyq/queue';
import { loginText } from '../contract.ts';
import type { InteropCase } from '../interop-case.ts';
import { textAttribute } from '../message.ts';
import { Normaliser, serviceOf } from '../transcript.ts';
import { vectors } from '../vectors.ts';

const QUEUE_NAME = '__AmazonSQSVirtualQueuesClient.QueueName';
const MOMENTS = [HOST_QUEUE_TAGS.heartbeat];

/** The two sides of a reply address. */
function splitAddress(address: string): readonly [hostQueueUrl: string, virtualQueue: string] {
  const [host = '', ...rest] = address.split('#');
  return [host, rest.join('#')];
}

export const transcriptCases: readonly InteropCase[] = [
  {
    name: 'Java’s request, reply queue and tags are those of the vectors',
    async run(world) {
      const queueUrl = await world.raw.create('vector-orders');
      const requester = await world.javaRequester();
      const replied = requester.ask(queueUrl, 'one');
      const request = await world.raw.take(queueUrl);
      const names = new Normaliser({ service: serviceOf(queueUrl) });
      assert.deepEqual(names.message(request), vectors.javaRequest);

      const address = request.attributes['ResponseQueueUrl']?.value ?? '';
      const [hostUrl, virtualQueue] = splitAddress(address);
      const tags = await world.raw.tags(hostUrl);
      assert.deepEqual(names.tags(tags, MOMENTS, Date.now()), vectors.javaHostTags);

      // As the vector has it, with this call's own ids.
      const reply = { body: 're:one', attributes: { [QUEUE_NAME]: textAttribute(virtualQueue) } };
      assert.deepEqual(names.message(reply), vectors.javaReply);
      await world.raw.send(hostUrl, reply);
      assert.deepEqual(await replied, reply);
    },
  },
  {
    name: 'Java’s reply to a Java request is that of the vectors',
    async run(world) {
      const [host, call] = [crypto.randomUUID(), crypto.randomUUID()];
      const queueUrl = await world.raw.create('vector-replies');
      const hostUrl = await world.raw.create(`__RequesterClientQueues__${host}-0`);
      const names = new Normaliser({ service: serviceOf(queueUrl) });
      const responder = await world.javaResponder(queueUrl);
      const address = `${hostUrl}#__RequesterClientQueues__${call}`;
      const request = { body: 'one', attributes: { ResponseQueueUrl: textAttribute(address) } };
      assert.deepEqual(names.message(request), vectors.javaRequest);
      await world.raw.send(queueUrl, request);
      await responder.answer(await responder.request(), 're:one');
      assert.deepEqual(names.message(await world.raw.take(hostUrl)), vectors.javaReply);
      await world.raw.delete(hostUrl);
    },
  },
  {
    name: 'replyq’s plain request, reply queue and tags are Java’s but for the form of ids',
    async run(world) {
      const queueUrl = await world.raw.create('vector-plain');
      const requester = world.keep(createRequester({ transport: world.transport() }));
      const replied = requester.request('vector-plain', 'one');
      const request = await world.raw.take(queueUrl);
      const { clientId } = requester;
      const names = new Normaliser({ service: serviceOf(queueUrl), clientId });
      assert.deepEqual(names.message(request), vectors.replyqRequest);

      const address = request.attributes['ResponseQueueUrl']?.value ?? '';
      const [hostUrl, virtualQueue] = splitAddress(address);
      const tags = await world.raw.tags(hostUrl);
      assert.deepEqual(names.tags(tags, MOMENTS, Date.now()), vectors.replyqHostTags);
      const reply = { body: 're:one', attributes: { [QUEUE_NAME]: textAttribute(virtualQueue) } };
      await world.raw.send(hostUrl, reply);
      assert.deepEqual(await replied, { body: 're:one', attributes: {} });
    },
  },
  {
    name: 'Java’s reply to replyq’s plain request is that of the vectors',
    async run(world) {
      const [clientId, call] = ['vectorClient0001', 'vectorClient0001call'];
      const queueUrl = await world.raw.create('vector-to-replyq');
      const hostUrl = await world.raw.create(`__RequesterClientQueues__${clientId}-0`);
      const names = new Normaliser({ service: serviceOf(queueUrl), clientId });
      const responder = await world.javaResponder(queueUrl);
      const attributes = { ResponseQueueUrl: textAttribute(`${hostUrl}#${call}`) };
      assert.deepEqual(names.message({ body: 'one', attributes }), vectors.replyqRequest);
      await world.raw.send(queueUrl, { body: 'one', attributes });
      await responder.answer(await responder.request(), 're:one');
      assert.deepEqual(names.message(await world.raw.take(hostUrl)), vectors.javaReplyToReplyq);
      await world.raw.delete(hostUrl);
    },
  },
  {
    name: 'replyq’s reply to a Java request is Java’s with a header more',
    async run(world) {
      const [host, call] = [crypto.randomUUID(), crypto.randomUUID()];
      const hostUrl = await world.raw.create(`__RequesterClientQueues__${host}-0`);
      const names = new Normaliser({ service: serviceOf(hostUrl) });
      const responder = world.keep(
        createResponder({
          transport: world.transport(),
          queue: 'vector-login',
          create: true,
          contract: loginText,
          handlers: { login: ({ input }) => `re:${input}` },
        }),
      );
      await responder.start();
      const queueUrl = await world.raw.create('vector-login');
      const address = `${hostUrl}#__RequesterClientQueues__${call}`;
      const request = { body: 'one', attributes: { ResponseQueueUrl: textAttribute(address) } };
      assert.deepEqual(names.message(request), vectors.javaRequest);
      await world.raw.send(queueUrl, request);
      assert.deepEqual(names.message(await world.raw.take(hostUrl)), vectors.replyqReply);
      await world.raw.delete(hostUrl);
    },
  },
];

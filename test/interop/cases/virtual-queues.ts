// AWS's virtual queues, and whoever knows only the attribute that they put on a message.
import assert from 'node:assert/strict';
import { HOST_QUEUE_TAGS } from '@replyq/queue';
import type { InteropCase } from '../interop-case.ts';
import { textAttribute } from '../message.ts';
import { serveText } from './serve-text.ts';

const QUEUE_NAME = '__AmazonSQSVirtualQueuesClient.QueueName';
/** Java's virtual queues give nothing to those who do not wait, and nothing in the last second. */
const WAIT_SECONDS = 20;

export const virtualQueueCases: readonly InteropCase[] = [
  {
    name: 'a message with the attribute comes to the Java virtual queue that it names',
    async run(world) {
      const hostUrl = await world.raw.create('virtual-host');
      const queues = await world.javaVirtualQueues();
      const urls = [await queues.create(hostUrl, 'one'), await queues.create(hostUrl, 'two')];
      assert.deepEqual(urls, [`${hostUrl}#one`, `${hostUrl}#two`]);
      const received = urls.map((url) => queues.receive(url, WAIT_SECONDS));
      const messages = ['two', 'one'].map((name) => ({
        body: `for ${name}`,
        attributes: { [QUEUE_NAME]: textAttribute(name), own: { type: 'Number', value: '1' } },
      }));
      for (const message of messages) await world.raw.send(hostUrl, message);
      assert.deepEqual(await Promise.all(received), [[messages[1]], [messages[0]]]);
      await world.raw.emptied(hostUrl);
    },
  },
  {
    name: 'what Java sends to a virtual URL comes to the host queue with the attribute',
    async run(world) {
      const hostUrl = await world.raw.create('virtual-target');
      const queues = await world.javaVirtualQueues();
      const own = { own: textAttribute('1') };
      await queues.send(`${hostUrl}#a#b`, { body: 'x', attributes: own });
      assert.deepEqual(await world.raw.take(hostUrl), {
        body: 'x',
        attributes: { ...own, [QUEUE_NAME]: textAttribute('a#b') },
      });
    },
  },
  {
    name: 'a message for no Java virtual queue is an orphan, and deleted',
    async run(world) {
      const hostUrl = await world.raw.create('virtual-orphans');
      const queues = await world.javaVirtualQueues();
      await queues.create(hostUrl, 'known');
      for (const attributes of [{ [QUEUE_NAME]: textAttribute('unknown') }, {}]) {
        const message = { body: 'x', attributes };
        await world.raw.send(hostUrl, message);
        assert.deepEqual(await queues.orphan(), message);
      }
      await world.raw.emptied(hostUrl);
    },
  },
  {
    name: 'a replyq responder replies to a queue of Java’s temporary queues client',
    async run(world) {
      const queueUrl = await serveText(world, 'virtual-login', (input) => `re:${input}`);
      const queues = await world.javaVirtualQueues();
      const host = `__RequesterClientQueues__${crypto.randomUUID()}-0`;
      const { hostUrl, url } = await queues.createTemporary(host, 'my-replies');
      assert.equal(url, `${hostUrl}#my-replies`);
      assert.equal((await world.raw.tags(hostUrl))[HOST_QUEUE_TAGS.retention], '300');
      const received = queues.receive(url, WAIT_SECONDS, true);
      const attributes = { ResponseQueueUrl: textAttribute(url) };
      await queues.send(queueUrl, { body: 'one', attributes }, true);
      const [reply] = await received;
      assert.equal(reply?.body, 're:one');
      assert.deepEqual(reply?.attributes[QUEUE_NAME], textAttribute('my-replies'));
    },
  },
];

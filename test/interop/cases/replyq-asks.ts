// A replyq requester's plain requests, and a Java responder.
import assert from 'node:assert/strict';
import { createRequester } from '@replyq/requester';
import type { InteropCase } from '../interop-case.ts';
import type { JavaResponder } from '../java-sides.ts';
import { textAttribute } from '../message.ts';
import { LARGE, unicodeFor } from '../samples.ts';
import type { World } from '../world.ts';
import { serveText } from './serve-text.ts';

const CALLS_AT_ONCE = 50;

async function open(world: World, queue: string) {
  const queueUrl = await world.raw.create(queue);
  const responder: JavaResponder = await world.javaResponder(queueUrl);
  const transport = world.transport();
  const requester = world.keep(createRequester({ transport, observer: world.observe }));
  return { queueUrl, responder, requester };
}

export const replyqAsksCases: readonly InteropCase[] = [
  {
    name: 'a replyq requester logs in at a Java responder in plain text',
    async run(world) {
      const { queueUrl, requester, responder } = await open(world, 'to-java-text');
      const replied = requester.request('to-java-text', 'ann');
      const request = await responder.request();
      assert.equal(request.body, 'ann');
      assert.equal(request.wantsReply, true);
      assert.deepEqual(Object.keys(request.attributes), ['ResponseQueueUrl']);
      await responder.answer(request, 'token of ann');
      assert.deepEqual(await replied, { body: 'token of ann', attributes: {} });
      await world.raw.emptied(queueUrl);
    },
  },
  {
    name: 'scripts, emoji, markup and large texts come through both ways, replyq asking',
    async run(world) {
      const { requester, responder } = await open(world, 'to-java-texts');
      for (const text of [unicodeFor(world.server), LARGE]) {
        const replied = requester.request('to-java-texts', text);
        const request = await responder.request();
        assert.ok(request.body === text, `${request.body.length} characters for ${text.length}`);
        await responder.answer(request, text);
        const { body } = await replied;
        assert.ok(body === text, `${body.length} characters for ${text.length}`);
      }
    },
  },
  {
    name: 'attributes of all types come through both ways, replyq asking',
    async run(world) {
      const unicode = unicodeFor(world.server);
      const { requester, responder } = await open(world, 'to-java-attributes');
      const bytes = new Uint8Array([0, 1, 254, 255]);
      const replied = requester.request('to-java-attributes', 'x', {
        attributes: {
          colour: unicode,
          size: { type: 'Number.int', value: '5' },
          photo: { type: 'Binary.png', value: bytes },
        },
      });
      const request = await responder.request();
      const { ResponseQueueUrl: address = textAttribute(''), ...attributes } = request.attributes;
      const base64 = Buffer.from(bytes).toString('base64');
      assert.deepEqual(attributes, {
        colour: textAttribute(unicode),
        photo: { type: 'Binary.png', value: base64 },
        size: { type: 'Number.int', value: '5' },
      });
      // An application may well send back all that it has got, the reply address among it.
      await responder.answer(request, { body: 'y', attributes: request.attributes });
      const reply = await replied;
      assert.match(address.value, /#/);
      assert.equal(reply.body, 'y');
      assert.deepEqual(reply.attributes, {
        colour: textAttribute(unicode),
        size: { type: 'Number.int', value: '5' },
        photo: { type: 'Binary.png', value: bytes },
      });
    },
  },
  {
    name: 'many calls at once of one replyq requester get each its own reply from Java',
    async run(world) {
      const { requester, responder } = await open(world, 'to-java-many');
      const asked = Array.from({ length: CALLS_AT_ONCE }, (_, n) => `call ${n}`);
      const replied = Promise.all(asked.map((body) => requester.request('to-java-many', body)));
      await responder.serve(CALLS_AT_ONCE, ({ body }) => `re:${body}`);
      assert.deepEqual(
        (await replied).map(({ body }) => body),
        asked.map((body) => `re:${body}`),
      );
    },
  },
  {
    name: 'a call whose Java handler throws is answered by the next try',
    async run(world) {
      const { requester, responder } = await open(world, 'to-java-throws');
      const replied = requester.request('to-java-throws', 'x');
      const first = await responder.request();
      responder.fail(first);
      const second = await responder.request();
      assert.deepEqual(second.attributes, first.attributes);
      await responder.answer(second, 'at last');
      assert.equal((await replied).body, 'at last');
    },
  },
  {
    name: 'FIFO request queues work both ways, with reply queues that are none',
    async run(world) {
      const toReplyq = await serveText(world, 'both.fifo', (input) => `re:${input}`);
      const asking = await world.javaRequester();
      const reply = await asking.ask(toReplyq, 'one', { groupId: 'g' });
      assert.equal(reply.body, 're:one');

      const { requester, responder } = await open(world, 'to-java.fifo');
      const replied = ['one', 'two'].map((body) =>
        requester.request('to-java.fifo', body, { groupId: 'g' }),
      );
      // AWS's consumer handles what it has received at once at once: the order is lost behind the queue.
      await responder.serve(2, ({ body }) => `re:${body}`);
      assert.equal((await Promise.all(replied)).at(-1)?.body, 're:two');
    },
  },
];

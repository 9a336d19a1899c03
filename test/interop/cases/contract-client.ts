// A contract's client, and a Java responder that has never heard of replyq.
import assert from 'node:assert/strict';
import { safe } from '@replyq/contract';
import { createRequester } from '@replyq/requester';
import { shop } from '../contract.ts';
import type { InteropCase } from '../interop-case.ts';
import { textAttribute } from '../message.ts';
import type { World } from '../world.ts';

async function open(world: World) {
  const queueUrl = await world.raw.create('shop');
  const responder = await world.javaResponder(queueUrl);
  const transport = world.transport();
  const requester = world.keep(createRequester({ transport, observer: world.observe }));
  return { queueUrl, responder, client: requester.client(shop) };
}

export const contractClientCases: readonly InteropCase[] = [
  {
    name: 'a contract’s client gets what Java replies in JSON, and in text',
    async run(world) {
      const { client, responder } = await open(world);
      const ordered = client.order({ item: 'tea', count: 2 });
      const order = await responder.request();
      assert.equal(order.attributes['replyq.procedure']?.value, 'order');
      assert.match(order.attributes['replyq']?.value ?? '', /"content":"json"/);
      assert.deepEqual(JSON.parse(order.body), { item: 'tea', count: 2 });
      await responder.answer(order, '{"id":7}');
      assert.deepEqual(await ordered, { id: 7 });

      const noted = client.note('a "note"');
      const note = await responder.request();
      assert.equal(note.body, '"a \\"note\\""');
      await responder.answer(note, 'as it is: {');
      assert.equal(await noted, 'as it is: {');
    },
  },
  {
    name: 'a Java responder that writes the header of an error is understood',
    async run(world) {
      const { client, responder } = await open(world);
      const ordered = safe(client.order({ item: 'tea', count: 2 }));
      const header = textAttribute('{"v":1,"kind":"error","content":"json"}');
      const body = '{"message":"No tea.","code":-32004,"data":{"code":"NOT_FOUND","ran":false}}';
      await responder.answer(await responder.request(), { body, attributes: { replyq: header } });
      const { error } = await ordered;
      assert.equal(error?.code, 'NOT_FOUND');
      assert.equal(error?.message, 'No tea.');
    },
  },
  {
    name: 'a Java responder that sends back the request’s attributes with its reply is understood',
    async run(world) {
      const { client, responder } = await open(world);
      const ordered = client.order({ item: 'tea', count: 2 });
      const { attributes, ...request } = await responder.request();
      await responder.answer({ attributes, ...request }, { body: '{"id":7}', attributes });
      assert.deepEqual(await ordered, { id: 7 });
    },
  },
  {
    name: 'a reply that is not the JSON that was promised is an error of the call alone',
    async run(world) {
      const { client, responder } = await open(world);
      const ordered = safe(client.order({ item: 'tea', count: 2 }));
      await responder.answer(await responder.request(), 'no JSON');
      assert.equal((await ordered).error?.code, 'BAD_REPLY');
      const again = client.order({ item: 'tea', count: 3 });
      await responder.answer(await responder.request(), '{"id":8}');
      assert.deepEqual(await again, { id: 8 });
    },
  },
  {
    name: 'calls to Java never share a message, however many there are',
    async run(world) {
      const { client, responder } = await open(world);
      // The first replies are what would tell that sharing is welcome.
      for (const count of [1, 30]) {
        const ordered = Promise.all(
          Array.from({ length: count }, (_, n) => client.order({ item: 'tea', count: n })),
        );
        const requests = await responder.serve(count, ({ body }) => {
          const order = JSON.parse(body) as { count: number };
          return JSON.stringify({ id: order.count });
        });
        assert.deepEqual(
          (await ordered).map(({ id }) => id),
          Array.from({ length: count }, (_, n) => n),
        );
        assert.ok(requests.every(({ attributes }) => attributes['replyq.pack'] === undefined));
      }
    },
  },
];

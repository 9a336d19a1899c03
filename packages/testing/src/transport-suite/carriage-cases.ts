import { expectEqual, expectTrue } from '../queue-service-suite/expect.ts';
import { replyFrame, requestFrame } from './outgoing-probe.ts';
import { transportCase, type TransportCase } from './transport-case.ts';

const TRACE_HEADER = 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1';
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** Frames travel whole. */
export const carriageCases: readonly TransportCase[] = [
  transportCase('a request arrives as it was encoded', async (t) => {
    const queue = await t.queue();
    const frame = requestFrame({ replyTo: `${queue.url}#call-1`, traceparent: TRACEPARENT });
    await queue.feed([frame.body], { frame });
    const reader = await queue.open();
    expectEqual((await reader.receiveOne()).frame, frame, 'The frame');
  }),
  transportCase('a reply arrives with its virtual queue', async (t) => {
    const queue = await t.queue();
    const frame = replyFrame('call-1');
    await queue.feed([frame.body], { encode: () => frame });
    const reader = await queue.open();
    expectEqual((await reader.receiveOne()).frame, frame, 'The frame');
  }),
  transportCase('replies of one batch keep each its own virtual queue', async (t) => {
    const queue = await t.queue();
    const ids = ['call-1', 'call-2', 'call-3', 'call-4'];
    await queue.send(
      ...ids.map((id) => queue.probe(id, { encode: () => replyFrame(id, { body: id }) })),
    );
    const reader = await queue.open();
    for (const { frame } of await reader.receiveMany(ids.length)) {
      expectEqual(frame.virtualQueue, frame.body, 'The virtual queue');
    }
  }),
  transportCase("a user's own attributes arrive, text, number and bytes", async (t) => {
    const queue = await t.queue();
    const attributes = {
      tenant: { type: 'String', value: 'acme' },
      size: { type: 'Number.int', value: '42' },
      digest: { type: 'Binary', value: new Uint8Array([0, 128, 255]) },
    };
    await queue.feed(['x'], { frame: { attributes } });
    const { frame } = await (await queue.open()).receiveOne();
    const { digest, ...texts } = frame.attributes;
    const { digest: sent, ...sentTexts } = attributes;
    expectEqual(texts, sentTexts, 'Texts');
    expectEqual(digest?.type, sent.type, 'The type of the bytes');
    expectEqual([...Buffer.from(digest?.value ?? '')], [...sent.value], 'The bytes');
  }),
  transportCase('a body keeps line feeds, quotes and letters of any script', async (t) => {
    const queue = await t.queue();
    const body = 'one\ntwo\r\n\t"three" \\ Grüße 漢字';
    await queue.feed([body]);
    expectEqual((await (await queue.open()).receiveOne()).frame.body, body, 'The body');
  }),
  transportCase(
    'a trace header arrives',
    async (t) => {
      const queue = await t.queue();
      await queue.feed(['x'], { frame: { traceHeader: TRACE_HEADER } });
      const { frame } = await (await queue.open()).receiveOne();
      expectEqual(frame.traceHeader, TRACE_HEADER, 'The trace header');
    },
    ['traceHeader'],
  ),
  transportCase('an accepted frame has the message id that its receiver sees', async (t) => {
    const queue = await t.queue();
    const [messageId] = await queue.feed(['x']);
    const delivery = await (await queue.open()).receiveOne();
    expectEqual(delivery.messageId, messageId, 'The message id');
    expectEqual(delivery.receiveCount, 1, 'Receive count');
  }),
  transportCase('25 frames of one turn all arrive, once each', async (t) => {
    const queue = await t.queue();
    const bodies = Array.from({ length: 25 }, (_, at) => `frame ${at}`);
    const ids = await queue.feed(bodies);
    expectEqual(new Set(ids).size, bodies.length, 'Different message ids');
    const reader = await queue.open();
    const arrived = await reader.drain(bodies.length);
    expectEqual([...arrived].sort(), [...bodies].sort(), 'Bodies');
    await reader.expectNothing('Every frame has come');
  }),
  transportCase('a delayed frame comes after its delay and not before', async (t) => {
    const queue = await t.queue();
    await queue.feed(['x'], { delayMs: 3_000 });
    const reader = await queue.open();
    await reader.expectNothing('Delayed');
    await t.elapse(2_000);
    const { frame } = await reader.receiveOne();
    expectEqual(frame.body, 'x', 'The body');
  }),
  transportCase('a message that replyq did not write arrives as foreign', async (t) => {
    const queue = await t.queue();
    const attributes = { source: { type: 'String', value: 'elsewhere' } };
    await queue.put({ body: 'plain', attributes });
    const { frame } = await (await queue.open()).receiveOne();
    expectEqual(frame, { body: 'plain', attributes }, 'The frame');
  }),
  transportCase(
    'a header that cannot be read arrives as malformed, with its reply address',
    async (t) => {
      const queue = await t.queue();
      const replyTo = `${queue.url}#call-1`;
      await queue.put({
        body: '1',
        attributes: {
          replyq: { type: 'String', value: '{"v":1' },
          'replyq.procedure': { type: 'String', value: 'greet' },
          ResponseQueueUrl: { type: 'String', value: replyTo },
        },
      });
      const reader = await queue.open();
      const delivery = await reader.receiveOne();
      expectTrue(delivery.frame.malformed !== undefined, 'It does not say that it is malformed');
      expectEqual(delivery.frame.replyTo, replyTo, 'The reply address');
      delivery.ack();
      await reader.flush();
      await t.elapse(4_000);
      await reader.expectNothing('It was acked');
    },
  ),
];

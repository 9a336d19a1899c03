import type { MessageAttributes } from '@replyq/contract/wire';
import { expectEqual, expectRefusal } from './expect.ts';
import { queueServiceCase, type QueueServiceCase } from './queue-service-case.ts';
import type { QueueServiceFixture } from './queue-service-fixture.ts';
import { openQueue } from './queue-user.ts';

export const attributeCases: readonly QueueServiceCase[] = [
  queueServiceCase('String, Number and Binary attributes come back as they were', (f) =>
    expectRoundTrip(f, {
      text: { type: 'String', value: 'é\n漢' },
      number: { type: 'Number', value: '-12.5e3' },
      bytes: { type: 'Binary', value: Uint8Array.from({ length: 256 }, (_, byte) => byte) },
    }),
  ),
  queueServiceCase('a type keeps its label', (f) =>
    expectRoundTrip(f, {
      a: { type: 'String.json', value: '{}' },
      b: { type: 'Number.int', value: '7' },
      c: { type: 'Binary.png', value: Uint8Array.of(0, 255) },
    }),
  ),
  queueServiceCase('ten attributes are carried', (f) => expectRoundTrip(f, many(10))),
  queueServiceCase('an eleventh attribute is refused', (f) => expectRefused(f, many(11)), [
    'strictMessages',
  ]),
  queueServiceCase(
    'an attribute with an empty value is refused',
    async (f) => {
      await expectRefused(f, { a: { type: 'String', value: '' } });
      await expectRefused(f, { a: { type: 'Binary', value: new Uint8Array() } });
    },
    ['strictMessages'],
  ),
  queueServiceCase(
    'attribute names outside the grammar are refused',
    async (f) => {
      const names = ['', '.a', 'a.', 'a..b', 'a b', 'AWS.a', 'aws.a', 'Amazon.a', 'x'.repeat(257)];
      for (const name of names) await expectRefused(f, { [name]: { type: 'String', value: 'v' } });
    },
    ['strictMessages'],
  ),
  queueServiceCase('attribute names at the edge of the grammar pass', (f) => {
    const names = ['AWSa', 'a-b', 'a.b.c', '-', '_', '0', 'x'.repeat(256)];
    return expectRoundTrip(
      f,
      Object.fromEntries(names.map((name) => [name, { type: 'String', value: 'v' }])),
    );
  }),
  queueServiceCase(
    'attribute types and values that do not fit are refused',
    async (f) => {
      await expectRefused(f, { a: { type: 'Text', value: 'v' } });
      await expectRefused(f, { a: { type: 'Number', value: 'seven' } });
      await expectRefused(f, { a: { type: 'String', value: 'a\u0000' } });
    },
    ['strictMessages'],
  ),
  queueServiceCase(
    'a trace header comes back beside ten attributes and is none of them',
    async (f) => {
      const queue = await openQueue(f);
      const traceHeader = 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1';
      const attributes = many(10);
      await queue.send('x', { attributes, traceHeader });
      const message = await queue.receiveOne();
      expectEqual(message.traceHeader, traceHeader, 'Trace header');
      expectEqual(Object.keys(message.attributes).length, 10, 'Attributes');
    },
    ['traceHeader'],
  ),
  queueServiceCase('what a receiver does to a message does not reach the next one', async (f) => {
    const queue = await openQueue(f);
    const value = Uint8Array.of(1, 2, 3);
    await queue.send('x', { attributes: { a: { type: 'Binary', value } } });
    value.fill(9);
    const first = await queue.receiveOne({ visibilityMs: 1_000 });
    const received = first.attributes['a']?.value;
    if (received instanceof Uint8Array) received.fill(8);
    await f.elapse(1_500);
    const second = await queue.receiveOne();
    const bytes = second.attributes['a']?.value ?? '';
    expectEqual([...Buffer.from(bytes)], [1, 2, 3], 'Bytes');
  }),
];

async function expectRoundTrip(
  fixture: QueueServiceFixture,
  attributes: MessageAttributes,
): Promise<void> {
  const queue = await openQueue(fixture);
  await queue.send('x', { attributes });
  const received = (await queue.receiveOne()).attributes;
  expectEqual(comparable(received), comparable(attributes), 'Attributes');
}

async function expectRefused(
  fixture: QueueServiceFixture,
  attributes: MessageAttributes,
): Promise<void> {
  const queueUrl = await fixture.makeQueue();
  const result = await fixture.service.sendBatch({
    queueUrl,
    entries: [{ body: 'x', attributes }],
  });
  expectRefusal(result, 'invalid', Object.keys(attributes).join(', '));
}

/** In name order, and with every kind of byte array as one. */
function comparable(attributes: MessageAttributes): unknown {
  return Object.entries(attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { type, value }]) => [name, type, typeof value === 'string' ? value : [...value]]);
}

function many(count: number): MessageAttributes {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `a${index}`,
      { type: 'String', value: `${index}` },
    ]),
  );
}

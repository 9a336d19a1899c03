import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ATTRIBUTE } from './attribute-names.ts';
import type { MessageAttribute, MessageAttributes, MessageParts, WireFrame } from './frame.ts';
import { readMessage, writeMessage } from './message.ts';
import { decodeReply } from './reply.ts';
import { decodeRequest } from './request.ts';
import { defaultWireLimits } from './wire-limits.ts';

const text = (value: string): MessageAttribute => ({ type: 'String', value });

const request: WireFrame = {
  replyTo: 'https://sqs.eu-west-1.amazonaws.com/123456789012/host-0#id_1',
  procedure: 'user.byId',
  header: { v: 1, type: 'query', timeoutMs: 20_000, at: 1, content: 'json' },
  body: '{}',
  attributes: { tenant: text('a'), size: { type: 'Number', value: '5' } },
  traceHeader: 'Root=1-5759e988-bd862e3fe1be46a994272793',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
};

function read(attributes: MessageAttributes, body = '{}'): WireFrame {
  const frames = readMessage({ attributes, body });
  expect(frames).toHaveLength(1);
  return frames[0]!;
}

describe('a plain message', () => {
  it('gives the frame back that was written', () => {
    const reply: WireFrame = { virtualQueue: 'id', header: { v: 1 }, body: 'x', attributes: {} };
    for (const frame of [request, reply]) expect(readMessage(writeMessage(frame))).toEqual([frame]);
  });

  it('keeps our attributes apart from the user’s', () => {
    const clash = { ...request, attributes: { [ATTRIBUTE.header]: text('mine') } };
    expect(read(writeMessage(clash).attributes)).toMatchObject({ header: request.header });
    const parts = writeMessage(request);
    expect(Object.keys(parts.attributes).toSorted()).toEqual(
      [
        'ResponseQueueUrl',
        'replyq',
        'replyq.procedure',
        'size',
        'tenant',
        'traceparent',
      ].toSorted(),
    );
  });

  it('takes attribute names that are names of methods as they are', () => {
    const attributes = JSON.parse(
      '{"__proto__":{"type":"String","value":"p"},"constructor":{"type":"String","value":"c"}}',
    ) as MessageAttributes;
    const frame = read(attributes);
    expect(Object.keys(frame.attributes)).toEqual(['__proto__', 'constructor']);
    expect(Object.keys(writeMessage(frame).attributes)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(frame.attributes)).toBe(Object.prototype);
  });

  it('E1, E16: is foreign without our attributes, whatever else it has', () => {
    const replyTo = 'http://localhost/123456789012/host#x';
    expect(read({ [ATTRIBUTE.responseQueueUrl]: text(replyTo), UUID: text('u') })).toEqual({
      replyTo,
      body: '{}',
      attributes: { UUID: text('u') },
    });
    expect(read({})).toEqual({ body: '{}', attributes: {} });
  });

  it('E4: has no reply address if that is not of type String', () => {
    for (const attribute of [
      { type: 'Binary', value: new Uint8Array(3) },
      { type: 'Number', value: '5' },
      { type: 'String.url', value: 'x#y' },
      { type: 'String', value: new Uint8Array(3) },
    ]) {
      expect(read({ [ATTRIBUTE.responseQueueUrl]: attribute }).replyTo).toBeUndefined();
      const frame = read({
        ...writeMessage(request).attributes,
        [ATTRIBUTE.responseQueueUrl]: attribute,
      });
      expect(frame.malformed).toContain('ResponseQueueUrl');
      expect(frame.replyTo).toBeUndefined();
    }
  });

  it('says why its header cannot be read, and keeps what is needed to answer', () => {
    const bad = [
      '',
      '{',
      '[]',
      '5',
      'null',
      '{"__proto__":1}',
      '[[[[[]]]]]',
      `"${'x'.repeat(16_384)}"`,
    ];
    for (const header of bad) {
      const frame = read({ ...writeMessage(request).attributes, [ATTRIBUTE.header]: text(header) });
      expect(frame.malformed, header.slice(0, 20)).toBeTypeOf('string');
      expect(frame).toMatchObject({ replyTo: request.replyTo, procedure: 'user.byId' });
      expect(frame.header).toBeUndefined();
    }
    expect(read({ [ATTRIBUTE.procedure]: text('login') }).malformed).toContain('missing');
  });

  it('takes a header of exactly the limit and none longer', () => {
    const sized = (chars: number): WireFrame =>
      read({ [ATTRIBUTE.header]: text(`{"a":"${'x'.repeat(chars - 8)}"}`) });
    expect(sized(defaultWireLimits.maxHeaderChars).malformed).toBeUndefined();
    expect(sized(defaultWireLimits.maxHeaderChars + 1).malformed).toContain('16384');
  });

  it('leaves out a traceparent that is none', () => {
    const attributes = { ...writeMessage(request).attributes, traceparent: text('00-x') };
    expect(read(attributes)).toMatchObject({ procedure: 'user.byId' });
    expect(read(attributes).traceparent).toBeUndefined();
    expect(read(attributes).malformed).toBeUndefined();
  });
});

describe('any message', () => {
  it('is read and told apart without a throw, and prototypes stay', () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    fc.assert(
      fc.property(anyMessage(), (parts) => {
        for (const frame of readMessage(parts)) {
          expect(['request', 'foreign', 'bad', 'drop']).toContain(decodeRequest(frame).kind);
          expect(['reply', 'foreign', 'bad', 'drop']).toContain(decodeReply(frame).kind);
        }
      }),
      { numRuns: 1_000 },
    );
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  });
});

function anyMessage(): fc.Arbitrary<MessageParts> {
  const values = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.constantFrom('1', '2', 'a#b', 'login', '{"v":1,"count":1,"kind":"requests"}'),
    fc
      .record(
        { v: fc.constant(1), type: fc.anything(), kind: fc.anything(), at: fc.nat() },
        { requiredKeys: ['v'] },
      )
      .map((header) => stringify(header)),
  );
  const attribute = fc.record({
    type: fc.constantFrom('String', 'String', 'Number', 'Binary', 'x'),
    value: fc.oneof(values, fc.uint8Array()),
  });
  const names = fc.oneof(fc.constantFrom(...Object.values(ATTRIBUTE)), fc.string());
  const lines = fc.array(values, { maxLength: 5 }).map((all) => all.join('\n'));
  return fc.record({ attributes: fc.dictionary(names, attribute), body: lines });
}

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? 'n' : item));
  } catch {
    return '{}';
  }
}

import { describe, expect, it } from 'vitest';
import { decodeOutput } from './wire-output.ts';

describe('an answer', () => {
  it.each([
    ['a list', []],
    ['null', null],
    ['a text', 'x'],
    ['Messages that are no list', { Messages: {} }],
    ['a message that is no object', { Messages: ['x'] }],
    ['attributes that are no map', { Messages: [{ Attributes: ['x'] }] }],
    ['a message attribute that is no object', { Messages: [{ MessageAttributes: { a: 'x' } }] }],
  ])('with %s is refused whole', (_what, answer) => {
    expect(() => decodeOutput('ReceiveMessage', answer)).toThrow(TypeError);
  });

  it('of a receive has texts and bytes, and nothing else', () => {
    const message = {
      MessageId: 'm',
      ReceiptHandle: 7,
      Body: null,
      Attributes: { SentTimestamp: '1', SenderId: 5 },
      MessageAttributes: {
        bytes: { DataType: 'Binary', BinaryValue: 'AQL/' },
        text: { DataType: 'String', StringValue: {} },
      },
    };
    const { Messages } = decodeOutput('ReceiveMessage', { Messages: [message] });
    expect(Messages).toEqual([
      {
        MessageId: 'm',
        ReceiptHandle: undefined,
        Attributes: { SentTimestamp: '1' },
        MessageAttributes: {
          bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 255]) },
          text: { DataType: 'String' },
        },
      },
    ]);
  });

  it('keeps an attribute whose name is __proto__ as one', () => {
    const text = '{"Tags":{"__proto__":"x"}}';
    const { Tags = {} } = decodeOutput('ListQueueTags', JSON.parse(text));
    expect(Object.entries(Tags)).toEqual([['__proto__', 'x']]);
  });

  it('of a batch has entries with texts', () => {
    const answer = {
      Successful: [{ Id: '0', MessageId: 'm' }, { Id: 1 }],
      Failed: [{ Id: '2', Code: 'X', SenderFault: 'yes' }],
    };
    expect(decodeOutput('SendMessageBatch', answer)).toEqual({
      Successful: [{ Id: '0', MessageId: 'm' }, {}],
      Failed: [{ Id: '2', Code: 'X', SenderFault: false }],
    });
    expect(decodeOutput('DeleteMessageBatch', {})).toEqual({});
    expect(() => decodeOutput('DeleteMessageBatch', { Failed: 'x' })).toThrow(TypeError);
  });

  it('of a list leaves out what is no URL', () => {
    const answer = { QueueUrls: ['a', 1, null], NextToken: 5 };
    expect(decodeOutput('ListQueues', answer)).toEqual({ QueueUrls: ['a'] });
  });
});

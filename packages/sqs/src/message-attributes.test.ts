import { expect, it } from 'vitest';
import { decodeAttributes, encodeAttributes } from './message-attributes.ts';

it('gives back what it was given, texts and bytes, labels kept', () => {
  const attributes = {
    text: { type: 'String', value: 'ä' },
    number: { type: 'Number.int', value: '12' },
    bytes: { type: 'Binary.png', value: new Uint8Array([0, 255]) },
  };
  expect(decodeAttributes(encodeAttributes(attributes))).toEqual(attributes);
});

it('writes no empty map, which SQS would refuse', () => {
  expect(encodeAttributes({})).toBeUndefined();
  expect(decodeAttributes(undefined)).toEqual({});
});

it('leaves out what has no type or no value', () => {
  const answer = {
    noType: { DataType: undefined, StringValue: 'x' },
    noValue: { DataType: 'String' },
    fine: { DataType: 'String', StringValue: 'x' },
  };
  expect(Object.keys(decodeAttributes(answer))).toEqual(['fine']);
});

it('keeps an attribute named __proto__ an own property', () => {
  const answer = JSON.parse('{"__proto__":{"DataType":"String","StringValue":"x"}}');
  const decoded = decodeAttributes(answer);
  expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
  expect(Object.keys(decoded)).toEqual(['__proto__']);
  expect(Object.entries(encodeAttributes(decoded) ?? {})).toEqual(Object.entries(answer));
});

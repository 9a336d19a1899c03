import { describe, expect, test } from 'vitest';
import type { DecodedRequest } from './request.ts';
import { decodeRequest, encodeRequestHeader } from './request.ts';
import { decodeReply } from './reply.ts';
import { SCHEDULE_FIELD } from './schedule-mark.ts';

const HEADER = { v: 1, type: 'mutation', at: 0, content: 'json', task: 't1' } as const;

function decode(header: Readonly<Record<string, unknown>>): DecodedRequest {
  const frame = { procedure: 'send', body: '1', attributes: {}, header: { ...HEADER, ...header } };
  return decodeRequest(frame);
}

test('the mark of a schedule goes into a critical field, and comes out again', () => {
  const schedule = { key: 'reminder:42', number: 7 };
  const header = encodeRequestHeader({ ...HEADER, schedule });
  expect(header).toEqual({ ...HEADER, '!schedule': schedule });
  expect(decode(header)).toMatchObject({ kind: 'request', header: { schedule } });
  expect(decode({})).not.toHaveProperty('header.schedule');
});

describe('a mark is refused', () => {
  test.each([
    [null],
    ['reminder:42'],
    [{}],
    [[]],
    [{ key: '', number: 1 }],
    [{ key: 'k'.repeat(256), number: 1 }],
    [{ key: 'é', number: 1 }],
    [{ key: 7, number: 1 }],
    [{ key: 'k' }],
    [{ key: 'k', number: '1' }],
    [{ key: 'k', number: 1.5 }],
    [{ key: 'k', number: 2 ** 53 }],
  ])('that is %j', (mark) => {
    expect(decode({ [SCHEDULE_FIELD]: mark })).toMatchObject({ kind: 'bad', code: 'BAD_REQUEST' });
  });

  test('beside a critical field that is not known', () => {
    const header = { [SCHEDULE_FIELD]: { key: 'k', number: 1 }, '!other': 1 };
    expect(decode(header)).toMatchObject({ kind: 'bad', code: 'UNSUPPORTED_VERSION' });
  });

  test('in a reply, where nobody knows it', () => {
    const header = {
      v: 1,
      kind: 'result',
      content: 'json',
      [SCHEDULE_FIELD]: { key: 'k', number: 1 },
    };
    const reply = decodeReply({ virtualQueue: 'call', body: '1', attributes: {}, header });
    expect(reply.kind).not.toBe('reply');
  });
});

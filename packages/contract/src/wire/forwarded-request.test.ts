import { describe, expect, it } from 'vitest';
import { attemptOf, forwardRequest, timeoutMsOf } from './forwarded-request.ts';
import type { HeaderRecord, WireFrame } from './frame.ts';
import { readMessage, writeMessage } from './message.ts';
import { readPack, writePack } from './pack.ts';
import { decodeRequest } from './request.ts';

const HOST = 'https://sqs.eu-west-1.amazonaws.com/123456789012/host-0';

function request(id: number, header: HeaderRecord = {}): WireFrame {
  return {
    replyTo: `${HOST}#call-${id}`,
    procedure: 'login',
    header: { v: 1, type: 'mutation', timeoutMs: 20_000, at: 5, content: 'json', ...header },
    body: `{"id":${id}}`,
    attributes: {},
  };
}

describe('a forwarded request', () => {
  it('has the time that is left, in whole milliseconds, and try raised', () => {
    const once = forwardRequest(request(1), 12_345.2);
    expect(once).toEqual(request(1, { timeoutMs: 12_346, try: 2 }));
    expect(forwardRequest(once, 1)).toEqual(request(1, { timeoutMs: 1, try: 3 }));
  });

  it('leaves the timeout to the responder where the caller did', () => {
    const { timeoutMs: _, ...header } = request(1).header ?? {};
    const forwarded = forwardRequest({ ...request(1), header }, 12_345);
    expect(forwarded.header).toEqual({ ...header, try: 2 });
  });

  it('keeps all else: unknown and critical fields, the key, metadata, trace and body', () => {
    const more = { '!strict': true, fp: 'x', key: 'k', meta: { tenant: 'acme' } };
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const frame = { ...request(1, more), traceparent };
    const { header, ...rest } = forwardRequest(frame, 20_000);
    expect({ ...rest, header: { ...header, try: undefined } }).toEqual({
      ...frame,
      header: { ...frame.header, try: undefined },
    });
  });

  it('does not change the frame that was received', () => {
    const frame = request(1);
    forwardRequest(frame, 1);
    expect(frame).toEqual(request(1));
  });

  it('reads alike from a pack, sent on in a message of its own', () => {
    const [first = request(0)] = readPack(
      writePack([request(1), { ...request(2, { content: 'text' }), body: 'two\nlines' }]),
    );
    const [again = request(0)] = readMessage(writeMessage(forwardRequest(first, 500)));
    expect(again).toEqual(request(1, { timeoutMs: 500, try: 2 }));
    expect(decodeRequest(again)).toMatchObject({ kind: 'request', callId: 'call-1' });
  });
});

describe('attemptOf and timeoutMsOf', () => {
  it.each([
    [2, 2],
    [1, 1],
    [undefined, 1],
    [0, 1],
    [-3, 1],
    [1.5, 1],
    ['2', 1],
    [Number.NaN, 1],
    [1e300, 1],
  ])('take try %s for attempt %s', (given, attempt) => {
    expect(attemptOf(request(1, { try: given }))).toBe(attempt);
  });

  it.each([
    [1, 1],
    [0, undefined],
    [-1, undefined],
    [0.5, undefined],
    ['9', undefined],
    [undefined, undefined],
  ])('take timeoutMs %s for %s', (given, timeoutMs) => {
    expect(timeoutMsOf(request(1, { timeoutMs: given }))).toBe(timeoutMs);
  });

  it('take a frame without header for the first attempt, without a timeout', () => {
    const { header: _, ...foreign } = request(1);
    expect([attemptOf(foreign), timeoutMsOf(foreign)]).toEqual([1, undefined]);
  });
});

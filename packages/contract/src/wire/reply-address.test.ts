import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCallId } from './call-id.ts';
import { formatReplyAddress, parseReplyAddress } from './reply-address.ts';

const AWS = 'https://sqs.eu-west-1.amazonaws.com';
const Q = `${AWS}/123456789012/host-0`;

describe('parseReplyAddress', () => {
  it('takes apart what was formatted', () => {
    const address = parseReplyAddress(formatReplyAddress(Q, 'id_1'));
    expect(address).toMatchObject({
      kind: 'address',
      account: '123456789012',
      name: 'host-0',
      virtualQueue: 'id_1',
    });
    expect(address.kind === 'address' && address.url.href).toBe(Q);
  });

  it.each([
    ['http://sqs.us-east-1.localhost:4566/000000000000/q', undefined],
    ['http://localhost:9324/000000000000/q#a#b', 'a#b'],
    ['http://[::1]:9324/000000000000/q#x', 'x'],
    [`${AWS}/123456789012/${'q'.repeat(80)}#x`, 'x'],
    [`${AWS}/123456789012/${'q'.repeat(75)}.fifo#x`, 'x'],
    [
      `${Q}#__RequesterClientQueues__5292e9a7-d2db-4950-92b0-d7cbbf2db224`,
      '__RequesterClientQueues__5292e9a7-d2db-4950-92b0-d7cbbf2db224',
    ],
    [`${Q}#${'x'.repeat(128)}`, 'x'.repeat(128)],
  ])('takes %s', (text, virtualQueue) => {
    const address = parseReplyAddress(text);
    expect(address.kind).toBe('address');
    expect(address.kind === 'address' && address.virtualQueue).toBe(virtualQueue);
  });

  it.each([
    ['R3', 'http://169.254.169.254/latest/meta-data', 'account'],
    ['R4', `${AWS}/1/q`, 'account'],
    ['R6', 'https://sqs.eu-west-1.amazonaws.com@evil.test/123456789012/q', 'host'],
    ['R6', 'https://user:pw@sqs.eu-west-1.amazonaws.com/123456789012/q', 'host'],
    ['R7', 'https://evil.test#sqs.eu-west-1.amazonaws.com', 'account'],
    ['R8', 'https://x:99999/123456789012/q', 'notAnAddress'],
    ['R10', 'https://sqs.eu-\twest-1.amazonaws.com/123456789012/q', 'notAnAddress'],
    ['R10', 'https://sqs.eu-\nwest-1.amazonaws.com/123456789012/q', 'notAnAddress'],
    ['R10', 'https://ѕqs.eu-west-1.amazonaws.com/123456789012/q', 'notAnAddress'],
    ['R10', 'https://sqs.eu-west-1.amazonaws.com./123456789012/q', 'host'],
    ['R16', `${AWS}/123456789012/q/../other`, 'notAnAddress'],
    ['R16', `${AWS}/123456789012/./q`, 'notAnAddress'],
    ['R16', `${AWS}/123456789012/%2e%2e`, 'notAnAddress'],
    ['R16', `${AWS}//123456789012/q`, 'notAnAddress'],
    ['R16', `${AWS}/123456789012//q`, 'notAnAddress'],
    ['R16', `${AWS}\\123456789012\\q`, 'notAnAddress'],
    ['R16', `${AWS}/123456789012/q?Action=x`, 'notAnAddress'],
    ['R16', `${AWS}/queue/123456789012/q`, 'notAnAddress'],
    ['R16', `${AWS}/123456789012/q/`, 'notAnAddress'],
    ['R16', 'https:/sqs/123456789012/q', 'notAnAddress'],
    ['R16', 'https:123456789012/q', 'notAnAddress'],
    ['R18', `${AWS}/123456789012/${'q'.repeat(81)}`, 'queueName'],
    ['R18', `${AWS}/123456789012/${'q'.repeat(76)}.fifo`, 'queueName'],
    ['R18', `${AWS}/123456789012/q.x`, 'queueName'],
    ['R18', `${AWS}/123456789012/`, 'queueName'],
    ['R19', 'host-0', 'notAnAddress'],
    ['R19', 'arn:aws:sqs:eu-west-1:123456789012:q', 'scheme'],
    ['R19', 'file:///123456789012/q', 'scheme'],
    ['R19', 'javascript:1', 'scheme'], // oxlint-disable-line no-script-url
    ['R19', 'HTTPS://x/123456789012/q', 'scheme'],
    ['R19', '', 'notAnAddress'],
    ['E3', `${Q}#`, 'virtualName'],
    ['E3', `${Q}#${'x'.repeat(129)}`, 'virtualName'],
    ['E3', `${Q}#a b`, 'notAnAddress'],
    ['E3', `${Q}#é`, 'notAnAddress'],
    ['R18', `${Q}#${'x'.repeat(2_000)}`, 'notAnAddress'],
  ])('%s: refuses %j by the rule %s', (_, text, rule) => {
    expect(parseReplyAddress(text)).toEqual({ kind: 'refused', rule });
  });

  it('never throws, and returns a URL that says what the text said', () => {
    const pieces = fc.constantFrom(
      'https://',
      'http://',
      'sqs.x',
      '/',
      '123456789012',
      'q',
      '#',
      '@',
      ':',
      '..',
      '%2e',
      '?',
      '\t',
      '\\',
      '[::1]',
      'é',
      '.fifo',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webUrl(),
      fc.array(pieces, { maxLength: 9 }).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const address = parseReplyAddress(text);
        if (address.kind === 'refused') return;
        const { url, account, name } = address;
        expect(url.pathname).toBe(`/${account}/${name}`);
        expect([url.username, url.password, url.search, url.hash]).toEqual(['', '', '', '']);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('isCallId', () => {
  it('takes 1 to 128 characters that need no escape anywhere', () => {
    for (const id of ['a', '_-9', 'x'.repeat(128)]) expect(isCallId(id)).toBe(true);
    for (const id of ['', 'x'.repeat(129), 'a.b', 'a#b', 'a\n', 'é'])
      expect(isCallId(id)).toBe(false);
  });
});

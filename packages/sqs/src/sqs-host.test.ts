import { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { checkQueueHost, isSqsHost, type OwnEndpoint } from './sqs-host.ts';

const IRELAND: OwnEndpoint = { kind: 'aws', region: 'eu-west-1' };
const PATH = '/123456789012/q';

describe('checkQueueHost without a configured endpoint', () => {
  it.each([
    'https://sqs.eu-west-1.amazonaws.com',
    'https://SQS.EU-west-1.AMAZONAWS.com',
    'https://sqs.eu-west-1.amazonaws.com:443',
    'https://sqs-fips.eu-west-1.amazonaws.com',
    'https://sqs.eu-west-1.api.aws',
    'https://sqs-fips.eu-west-1.api.aws',
    'https://eu-west-1.queue.amazonaws.com',
    'https://vpce-0a1b2c3d-x1y2z3.sqs.eu-west-1.vpce.amazonaws.com',
    'https://vpce-0a1b2c3d-x1y2z3-eu-west-1a.sqs.eu-west-1.vpce.amazonaws.com',
    // A URL parser takes the tab out; what is left is the right host.
    'https://sqs.eu-\twest-1.amazonaws.com',
  ])('takes %j', (origin) => {
    expect(checkQueueHost(new URL(origin + PATH), IRELAND)).toBe('ok');
  });

  it.each([
    'http://169.254.169.254/latest/meta-data',
    `http://sqs.eu-west-1.amazonaws.com${PATH}`,
    'ftp://sqs.eu-west-1.amazonaws.com/1/q',
    'file:///etc/passwd',
    'javascript:alert(1)',
  ])('refuses %j for its scheme', (url) => {
    expect(checkQueueHost(new URL(url), IRELAND)).toBe('scheme');
  });

  it.each([
    `https://sqs.eu-west-1.amazonaws.com.evil.com${PATH}`,
    `https://sqs.eu-west-1.amazonaws.com@evil.com${PATH}`,
    'https://evil.com#sqs.eu-west-1.amazonaws.com',
    'https://evil.com/sqs.eu-west-1.amazonaws.com',
    `https://user:pass@sqs.eu-west-1.amazonaws.com${PATH}`,
    `https://user@sqs.eu-west-1.amazonaws.com${PATH}`,
    `https://sqs.eu-west-1.amazonaws.com:8443${PATH}`,
    `https://sqs.eu-west-1.amazonaws.com:80${PATH}`,
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::ffff:127.0.0.1]/',
    'https://localhost/1/q',
    `https://sqs.eu-west-1.amazonaws.com.${PATH}`,
    `https://ѕqs.eu-west-1.amazonaws.com${PATH}`,
    `https://xsqs.eu-west-1.amazonaws.com${PATH}`,
    `https://evil.sqs.eu-west-1.amazonaws.com${PATH}`,
    `https://sqs.eu-west-2.amazonaws.com${PATH}`,
    `https://eu-west-2.queue.amazonaws.com${PATH}`,
    `https://queue.amazonaws.com${PATH}`,
    `https://sqs.eu-west-1.amazonaws.com.cn${PATH}`,
    `https://sns.eu-west-1.amazonaws.com${PATH}`,
    `https://vpce-1.sqs.eu-west-2.vpce.amazonaws.com${PATH}`,
    `https://vpce-1.execute-api.eu-west-1.vpce.amazonaws.com${PATH}`,
    `https://vpce-1.evil.sqs.eu-west-1.vpce.amazonaws.com${PATH}`,
    `https://evil.sqs.eu-west-1.vpce.amazonaws.com${PATH}`,
  ])('refuses %j for its host', (url) => {
    expect(checkQueueHost(new URL(url), IRELAND)).toBe('host');
  });

  it('takes no host at all before the region is known', () => {
    const url = new URL(`https://sqs.eu-west-1.amazonaws.com${PATH}`);
    expect(checkQueueHost(url, { kind: 'unresolved' })).toBe('host');
  });
});

describe('checkQueueHost with a configured endpoint', () => {
  it.each([
    ['http://sqs.us-east-1.localhost:4566/000000000000/q', 'ok'],
    ['http://localhost:9324/000000000000/q', 'ok'],
    [`https://sqs.eu-west-1.amazonaws.com${PATH}`, 'ok'],
    ['ftp://localhost/1/q', 'scheme'],
    ['file:///1/q', 'scheme'],
  ] as const)('answers %j with %s, since emulators name themselves as they like', (url, answer) => {
    expect(checkQueueHost(new URL(url), { kind: 'configured' })).toBe(answer);
  });
});

describe('isSqsHost', () => {
  it.each([
    ['queue.amazonaws.com', 'us-east-1', true],
    ['queue.amazonaws.com', 'eu-west-1', false],
    ['us-east-1.queue.amazonaws.com', 'us-east-1', true],
    ['sqs.us-gov-west-1.amazonaws.com', 'us-gov-west-1', true],
    ['sqs.cn-north-1.amazonaws.com.cn', 'cn-north-1', true],
    ['sqs.cn-north-1.amazonaws.com', 'cn-north-1', false],
    ['sqs.cn-north-1.api.amazonwebservices.com.cn', 'cn-north-1', true],
    ['cn-north-1.queue.amazonaws.com.cn', 'cn-north-1', true],
    ['vpce-1.sqs.cn-north-1.vpce.amazonaws.com.cn', 'cn-north-1', true],
  ] as const)('%s in %s: %s', (hostname, region, expected) => {
    expect(isSqsHost(hostname, region)).toBe(expected);
  });

  const regions = [
    'us-east-1',
    'eu-central-2',
    'us-gov-east-1',
    'cn-northwest-1',
    'eusc-de-east-1',
    'us-iso-east-1',
    'us-isob-east-1',
    'eu-isoe-west-1',
    'us-isof-south-1',
  ];
  const client = new SQSClient({ region: 'us-east-1' });
  for (const region of regions) {
    for (const [UseFIPS, UseDualStack] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      it(`knows the SDK's own host of ${region}, FIPS ${UseFIPS}, dual-stack ${UseDualStack}`, () => {
        const { url } = client.config.endpointProvider({ Region: region, UseFIPS, UseDualStack });
        expect(isSqsHost(url.hostname, region)).toBe(true);
      });
    }
  }
});

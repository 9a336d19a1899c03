import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createSigner, longDateOf, type Signable } from './signer.ts';

const IDENTITY = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const NOW_MS = Date.UTC(2026, 0, 31, 23, 59, 59, 999);

const client = new SQSClient({ region: 'eu-central-1', credentials: IDENTITY });
const { sha256 } = client.config;
afterAll(() => client.destroy());

const signer = createSigner(sha256, 'eu-central-1', 'sqs');
const request = (change: Partial<Signable> = {}): Signable => ({
  path: '/',
  body: '{"QueueUrl":"https://sqs.eu-central-1.amazonaws.com/123456789012/q"}',
  headers: [
    ['content-type', 'application/x-amz-json-1.0'],
    ['host', 'sqs.eu-central-1.amazonaws.com'],
    ['x-amz-date', longDateOf(NOW_MS)],
    ['x-amz-target', 'AmazonSQS.ReceiveMessage'],
    ['x-amzn-query-mode', 'true'],
  ],
  ...change,
});

/** What the package that the SDK signs with makes of the same request. */
async function signedByPackage(
  { path, body, headers }: Signable,
  identity: object = IDENTITY,
): Promise<string | undefined> {
  const signature = new SignatureV4({
    credentials: { ...IDENTITY, ...identity },
    region: 'eu-central-1',
    service: 'sqs',
    sha256,
    applyChecksum: false,
  });
  const { 'x-amz-security-token': _, ...rest } = Object.fromEntries(headers);
  const signed = await signature.sign(
    { method: 'POST', protocol: 'https:', hostname: 'x', path, body, headers: rest },
    { signingDate: new Date(NOW_MS) },
  );
  return signed.headers['authorization'];
}

describe('a signature', () => {
  it('is this one for this request', async () => {
    expect(await signer.authorize(request(), IDENTITY, longDateOf(NOW_MS))).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260131/eu-central-1/sqs/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target;x-amzn-query-mode, Signature=5599967329ba34e2542c50ece4d0d425d90bf19991270a05b7cf1db32343e6a7',
    );
  });

  it.each<[string, Partial<Signable>]>([
    ['a plain request', {}],
    ['a body beyond ASCII', { body: '{"x":"ä€😀\\ud800"}' }],
    ['an empty body', { body: '' }],
    ['a path', { path: '/base/' }],
    ['a path to escape', { path: "/a%20b/c'(d)*!/~e" }],
    ['a path with empty segments', { path: '//a//b' }],
  ])('is the package’s for %s', async (_what, change) => {
    const ours = await signer.authorize(request(change), IDENTITY, longDateOf(NOW_MS));
    expect(ours).toBe(await signedByPackage(request(change)));
  });

  it('is the package’s with a session token', async () => {
    const identity = { ...IDENTITY, sessionToken: 'IQoJb3JpZ2lu+/=' };
    const [type, host, date, ...rest] = request().headers;
    const headers = [type!, host!, date!, ['x-amz-security-token', 'IQoJb3JpZ2lu+/='], ...rest];
    const signable = request({ headers: headers as Signable['headers'] });
    const ours = await signer.authorize(signable, identity, longDateOf(NOW_MS));
    expect(ours).toBe(await signedByPackage(signable, identity));
  });

  it('is the SDK’s for what the SDK sends', async () => {
    vi.useFakeTimers({ now: NOW_MS, toFake: ['Date'] });
    interface Sent {
      readonly body: Uint8Array;
      readonly headers: Readonly<Record<string, string>>;
    }
    const requests: Sent[] = [];
    const sdk = new SQSClient({
      region: 'eu-central-1',
      credentials: { ...IDENTITY, sessionToken: 'token' },
      requestHandler: {
        handle: async (sent: Sent) => {
          requests.push(sent);
          return { response: { statusCode: 200, headers: {}, body: new Uint8Array() } };
        },
      },
    });
    await sdk.send(new ListQueuesCommand({ QueueNamePrefix: 'ä' })).finally(() => {
      vi.useRealTimers();
      sdk.destroy();
    });
    const [sent] = requests;
    const names = /SignedHeaders=([^,]+)/.exec(sent?.headers['authorization'] ?? '')?.[1] ?? '';
    const headers = names.split(';').map((name) => [name, sent?.headers[name] ?? ''] as const);
    const body = Buffer.copyBytesFrom(sent?.body ?? new Uint8Array()).toString();
    const ours = await signer.authorize(
      { path: '/', body, headers },
      { ...IDENTITY, sessionToken: 'token' },
      longDateOf(NOW_MS),
    );
    expect(ours).toBe(sent?.headers['authorization']);
  });

  it('has the key of its day and of its identity', async () => {
    const own = createSigner(sha256, 'eu-central-1', 'sqs');
    const tomorrow = longDateOf(NOW_MS + 1);
    const other = { ...IDENTITY, secretAccessKey: 'other' };
    const signatures = new Set<string>();
    for (const date of [longDateOf(NOW_MS), tomorrow, longDateOf(NOW_MS)]) {
      signatures.add(await own.authorize(request(), IDENTITY, date));
      signatures.add(await own.authorize(request(), other, date));
    }
    expect(signatures.size).toBe(4);
  });
});

it('a date is written to the second, without punctuation', () => {
  expect(longDateOf(NOW_MS)).toBe('20260131T235959Z');
  expect(longDateOf(NOW_MS + 1)).toBe('20260201T000000Z');
});

import {
  CreateQueueCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';
import { SignatureV4 } from '@smithy/signature-v4';
import { expect, test, vi } from 'vitest';
import { sha256 } from './digests.ts';
import { createSdkClient } from './sdk-client.ts';

const credentials = { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' };
const region = 'eu-central-1';
const QueueUrl = 'https://sqs.eu-central-1.amazonaws.com/123456789012/q';

/** What the SDK hands to its HTTP client. */
interface Request {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

interface Answer {
  readonly statusCode: number;
  readonly body: string;
}

type Send = (sdk: SQSClient) => Promise<unknown>;

const SENDS: Readonly<Record<string, Send>> = {
  SendMessageBatch: (sdk) =>
    sdk.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          {
            Id: '0',
            MessageBody: '"ü" \\ \u2028 😀 \u0001',
            DelaySeconds: 3,
            MessageGroupId: undefined,
            MessageAttributes: {
              bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255, 7]) },
              text: { DataType: 'String', StringValue: 'x' },
            },
          },
        ],
      }),
    ),
  ReceiveMessage: (sdk) =>
    sdk.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 })),
  CreateQueue: (sdk) =>
    sdk.send(new CreateQueueCommand({ QueueName: 'q', tags: { a: 'b' }, Attributes: {} })),
  ListQueues: (sdk) => sdk.send(new ListQueuesCommand()),
};

/** The requests that a client makes of one command, and what came of it. */
async function requestsOf(
  create: (config: SQSClientConfig) => SQSClient,
  send: Send,
  { statusCode, body }: Answer = { statusCode: 200, body: '{}' },
): Promise<{ requests: Request[]; outcome: PromiseSettledResult<unknown> | undefined }> {
  const requests: Request[] = [];
  const sdk = create({
    region,
    credentials,
    md5: false,
    maxAttempts: 1,
    requestHandler: {
      handle: (request: unknown) => {
        requests.push(request as Request);
        const bytes = new TextEncoder().encode(body);
        return Promise.resolve({ response: { statusCode, headers: {}, body: bytes } });
      },
    },
  });
  const [outcome] = await Promise.allSettled([send(sdk)]);
  return { requests, outcome };
}

const untouched = (config: SQSClientConfig): SQSClient => new SQSClient(config);
const text = ({ body }: Request): string => new TextDecoder().decode(body);
const json = (request: Request): unknown => JSON.parse(text(request));

test.for(Object.entries(SENDS))(
  '%s asks what an SDK client asks that nobody has touched',
  async ([, send]) => {
    vi.useFakeTimers({ now: 1_800_000_000_000, toFake: ['Date'] });
    try {
      const { requests: own } = await requestsOf(createSdkClient, send);
      const { requests: others } = await requestsOf(untouched, send);
      const [ours, theirs] = [own[0]!, others[0]!];
      expect(json(ours)).toEqual(json(theirs));
      const { headers, body: _body, ...rest } = theirs;
      expect(ours).toMatchObject(rest);
      // What is not there belongs to retries.
      const { 'amz-sdk-invocation-id': _, 'amz-sdk-request': __, ...expected } = headers;
      expect(ours.headers).toEqual({
        ...expected,
        'content-length': String(ours.body.length),
        'x-amz-content-sha256': sha256(text(ours)),
        authorization: await authorizationOf(ours, headers['authorization']!),
      });
    } finally {
      vi.useRealTimers();
    }
  },
);

/** By the package that signs for the SDK, with the SDK's own hashes, of the headers that another signed. */
async function authorizationOf(request: Request, like: string): Promise<string | undefined> {
  const names = /SignedHeaders=([^,]+)/.exec(like)![1]!.split(';');
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => names.includes(name)),
  );
  const signer = new SignatureV4({
    credentials,
    region,
    service: 'sqs',
    sha256: new SQSClient({ region }).config.sha256,
  });
  return (await signer.sign({ ...request, headers })).headers['authorization'];
}

test('a request that fails is made once, and tells why', async () => {
  const { requests, outcome } = await requestsOf(createSdkClient, SENDS['ListQueues']!, {
    statusCode: 503,
    body: '{"__type":"com.amazonaws.sqs#RequestThrottled","message":"slow down"}',
  });
  expect(requests).toHaveLength(1);
  expect(outcome).toMatchObject({
    status: 'rejected',
    reason: {
      name: 'RequestThrottled',
      message: 'slow down',
      $metadata: { httpStatusCode: 503 },
    },
  });
});

test('requests at the same time keep each its own body', async () => {
  const { requests } = await requestsOf(createSdkClient, (sdk) =>
    Promise.all(
      ['a', 'b'].map((QueueNamePrefix) => sdk.send(new ListQueuesCommand({ QueueNamePrefix }))),
    ),
  );
  expect(requests.map(text).sort()).toEqual(['{"QueueNamePrefix":"a"}', '{"QueueNamePrefix":"b"}']);
});

test('another protocol of the user’s writes for itself', async () => {
  const { protocol } = new SQSClient({ region }).config;
  const sdk = createSdkClient({ region, protocol });
  expect(sdk.middlewareStack.identify().join()).not.toContain('replyq');
});

test('hashes of the user’s are left to them', () => {
  class Sha256 {
    update(): void {}
    digest = (): Promise<Uint8Array> => Promise.resolve(new Uint8Array());
  }
  expect(createSdkClient({ region, sha256: Sha256 }).config.sha256).toBe(Sha256);
});

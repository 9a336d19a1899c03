import { randomBytes } from 'node:crypto';
import { SQSClient } from '@aws-sdk/client-sqs';
import { startLocalSqs } from '@replyq/testing';

/** Where the example runs: `embedded`, `aws`, or the URL of another server. */
export type Where = 'embedded' | 'aws' | URL;

export interface Server {
  /** For the transcript. */
  readonly name: string;
  /** Before the names of the example's queues, where other people's queues may be. */
  readonly namespace: string;
  /** True on AWS, which lists a deleted queue for up to a minute. */
  readonly listsDeletedQueues: boolean;
  close(): Promise<void>;
}

/**
 * Opens the server and sets this process's environment, which its children inherit, so that they
 * find it as every program with the AWS SDK does. Throws an `Error` whose message tells what to do.
 */
export async function openServer(where: Where): Promise<Server> {
  if (where === 'embedded') return openEmbedded();
  const namespace = `replyq-example-${randomBytes(4).toString('hex')}-`;
  const nothing = { namespace, close: () => Promise.resolve() };
  if (where === 'aws') {
    setEnvironment({ AWS_ENDPOINT_URL: undefined, AWS_ENDPOINT_URL_SQS: undefined });
    const region = await configuredRegion();
    return { ...nothing, name: `AWS, region ${region}`, listsDeletedQueues: true };
  }
  setEnvironment({ AWS_ENDPOINT_URL_SQS: where.href });
  const isAws = where.hostname.endsWith('.amazonaws.com');
  if (isAws) await configuredRegion();
  else standIn();
  return { ...nothing, name: where.href, listsDeletedQueues: isAws };
}

async function openEmbedded(): Promise<Server> {
  const local = await startLocalSqs();
  // A profile or an endpoint of the user's own must not send the children elsewhere.
  const names = Object.keys(process.env).filter((name) => name.startsWith('AWS_'));
  setEnvironment({
    ...Object.fromEntries(names.map((name) => [name, undefined])),
    AWS_ENDPOINT_URL_SQS: local.endpoint,
    AWS_REGION: local.region,
    AWS_ACCESS_KEY_ID: local.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: local.credentials.secretAccessKey,
  });
  const name = `embedded server, ${local.endpoint}`;
  return { name, namespace: '', listsDeletedQueues: false, close: () => local.close() };
}

/** Servers that are not AWS's check neither, but the SDK wants a region and something to sign with. */
function standIn(): void {
  const { AWS_ACCESS_KEY_ID, AWS_PROFILE, AWS_REGION } = process.env;
  setEnvironment({ AWS_REGION: AWS_REGION ?? 'us-east-1' });
  if (AWS_ACCESS_KEY_ID !== undefined || AWS_PROFILE !== undefined) return;
  setEnvironment({ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
}

async function configuredRegion(): Promise<string> {
  const client = new SQSClient({});
  try {
    return await client.config.region();
  } catch (cause) {
    const message = 'AWS needs a region: set AWS_REGION, or `region` in the profile you use.';
    throw new Error(message, { cause });
  } finally {
    client.destroy();
  }
}

function setEnvironment(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

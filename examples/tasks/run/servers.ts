import { randomBytes } from 'node:crypto';
import { startLocalSqs } from '@replyq/testing';

/** Where the example runs: `embedded`, or the URL of another server. */
export type Where = 'embedded' | URL;

export interface Server {
  /** For the transcript. */
  readonly name: string;
  /** Before the names of the example's queues, where other people's queues may be. */
  readonly namespace: string;
  close(): Promise<void>;
}

/**
 * Opens the server and sets this process's environment, which its children inherit, so that they
 * find it as every program with the AWS SDK does.
 */
export async function openServer(where: Where): Promise<Server> {
  if (where === 'embedded') return openEmbedded();
  const { AWS_ACCESS_KEY_ID, AWS_PROFILE, AWS_REGION } = process.env;
  setEnvironment({ AWS_ENDPOINT_URL_SQS: where.href, AWS_REGION: AWS_REGION ?? 'us-east-1' });
  // Servers that are not AWS's check nothing, but the SDK wants something to sign with.
  if (AWS_ACCESS_KEY_ID === undefined && AWS_PROFILE === undefined) {
    setEnvironment({ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
  }
  const namespace = `replyq-example-${randomBytes(4).toString('hex')}-`;
  return { name: where.href, namespace, close: () => Promise.resolve() };
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
  return { name, namespace: '', close: () => local.close() };
}

function setEnvironment(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

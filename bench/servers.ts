import { randomBytes } from 'node:crypto';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { BenchOptions } from './options.ts';
import type {
  ServerAddress,
  SubjectName,
  SubjectSettings,
  TaskSettings,
  TaskSubject,
} from './settings.ts';

/** On a server with other people's queues, ours have names of their own. */
const PREFIX = `replyq-bench-${randomBytes(3).toString('hex')}-`;
/** AWS gives a deleted queue's name again only after a minute: each run of a subject has new ones. */
let namespaces = 0;

/** Undefined: an embedded one for each subject. Throws an `Error` when AWS's has no region. */
export async function serverOf({ where }: BenchOptions): Promise<ServerAddress | undefined> {
  switch (where.kind) {
    case 'embedded':
      return undefined;
    case 'aws':
      return { embedded: false, region: await configuredRegion() };
    case 'endpoint':
      return { embedded: false, endpoint: where.url, ...standIns(new URL(where.url)) };
  }
}

/** For one run of a subject. */
export function settingsOf(
  options: BenchOptions,
  subject: SubjectName,
): Omit<SubjectSettings, 'server'> {
  const { adapter, concurrency, latencyMs, packing, where } = options;
  return {
    subject,
    namespace: where.kind === 'embedded' ? '' : ownNamespace(),
    latencyMs,
    packing,
    adapter,
    concurrency,
    handlerMs: 0,
  };
}

/** For one run of a subject of tasks. A Redis is never ours alone. */
export function taskSettingsOf(
  { adapter, concurrency, latencyMs, redisUrl, where }: BenchOptions,
  subject: TaskSubject,
): Omit<TaskSettings, 'server'> {
  const alone = where.kind === 'embedded' && subject !== 'bullmq';
  const namespace = alone ? '' : ownNamespace();
  return { subject, namespace, latencyMs, adapter, concurrency, redisUrl };
}

function ownNamespace(): string {
  namespaces += 1;
  return `${PREFIX}${namespaces}-`;
}

/** Servers that are not AWS's check neither, but the SDK wants a region and something to sign with. */
function standIns({ hostname }: URL): Pick<ServerAddress, 'region' | 'credentials'> {
  if (hostname.endsWith('.amazonaws.com')) return {};
  const { AWS_ACCESS_KEY_ID, AWS_PROFILE, AWS_REGION } = process.env;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const signed = AWS_ACCESS_KEY_ID !== undefined || AWS_PROFILE !== undefined;
  return { region: AWS_REGION ?? 'us-east-1', ...(signed ? {} : { credentials }) };
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

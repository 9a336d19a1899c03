import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { clientConfigOf } from './client-config.ts';
import type { SubjectSettings } from './settings.ts';

/** AWS lets a new queue be used after a second. */
const USABLE_AFTER_MS = 1000;

type QueueSettings = Pick<SubjectSettings, 'server' | 'namespace' | 'latencyMs'>;

/** Makes a queue for the subjects that do it by hand, and resolves with its URL. */
export async function makeQueue(settings: QueueSettings, name: string): Promise<string> {
  const { QueueUrl = '' } = await withClient(settings, (client) =>
    client.send(new CreateQueueCommand({ QueueName: settings.namespace + name })),
  );
  if (!settings.server.embedded) await sleep(USABLE_AFTER_MS);
  return QueueUrl;
}

/** Deletes a queue if it is there. */
export async function deleteQueue(settings: QueueSettings, name: string): Promise<void> {
  await withClient(settings, async (client) => {
    try {
      const QueueUrl = await queueUrlOf(client, settings, name);
      await client.send(new DeleteQueueCommand({ QueueUrl }));
    } catch (error) {
      if (!(error instanceof QueueDoesNotExist)) throw error;
    }
  });
}

/** What lies in a queue, hidden or not. */
export async function messagesLeft(settings: QueueSettings, name: string): Promise<number> {
  return withClient(settings, async (client) => {
    const QueueUrl = await queueUrlOf(client, settings, name);
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({
        QueueUrl,
        AttributeNames: [
          'ApproximateNumberOfMessages',
          'ApproximateNumberOfMessagesNotVisible',
          'ApproximateNumberOfMessagesDelayed',
        ],
      }),
    );
    return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
  });
}

/** Rejects with the SDK's error when there is no such queue. */
export async function queueUrlOf(
  client: SQSClient,
  { namespace }: Pick<QueueSettings, 'namespace'>,
  name: string,
): Promise<string> {
  const command = new GetQueueUrlCommand({ QueueName: namespace + name });
  return (await client.send(command)).QueueUrl ?? '';
}

async function withClient<R>(
  settings: QueueSettings,
  use: (client: SQSClient) => Promise<R>,
): Promise<R> {
  const client = new SQSClient(clientConfigOf(settings));
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}

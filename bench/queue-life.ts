import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { clientConfigOf } from './client-config.ts';
import type { SubjectSettings } from './settings.ts';

/** AWS lets a new queue be used after a second. */
const USABLE_AFTER_MS = 1000;

/** Makes a queue for the subjects that do it by hand, and resolves with its URL. */
export async function makeQueue(settings: SubjectSettings, name: string): Promise<string> {
  const { QueueUrl = '' } = await withClient(settings, (client) =>
    client.send(new CreateQueueCommand({ QueueName: settings.namespace + name })),
  );
  if (!settings.server.embedded) await sleep(USABLE_AFTER_MS);
  return QueueUrl;
}

/** Deletes a queue if it is there. */
export async function deleteQueue(settings: SubjectSettings, name: string): Promise<void> {
  await withClient(settings, async (client) => {
    try {
      const QueueName = settings.namespace + name;
      const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName }));
      await client.send(new DeleteQueueCommand({ QueueUrl }));
    } catch (error) {
      if (!(error instanceof QueueDoesNotExist)) throw error;
    }
  });
}

async function withClient<R>(
  settings: SubjectSettings,
  use: (client: SQSClient) => Promise<R>,
): Promise<R> {
  const client = new SQSClient(clientConfigOf(settings));
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}

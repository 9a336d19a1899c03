import type {
  ChangeMessageVisibilityBatchCommandInput,
  DeleteMessageBatchCommandInput,
} from '@aws-sdk/client-sqs';
import type { VirtualHost, VirtualQueues } from '@replyq/queue/virtual-queues';
import { fromSeconds } from '../seconds.ts';
import type { ClientService } from './client-service.ts';
import type { CommandName, Commands } from './command-name.ts';
import { invalidAttributeName } from './exceptions.ts';
import { metadata } from './metadata.ts';
import {
  assertAttributeNames,
  HOST_QUEUE_URL,
  parseVirtualAttributes,
  splitHostQueueUrl,
} from './virtual-attributes.ts';
import { receiveVirtual } from './virtual-receives.ts';
import { batchToHost, toHost, withFailed } from './virtual-sends.ts';
import type { VirtualSettings } from './virtual-settings.ts';
import { findQueue, sendTarget } from './virtual-url.ts';

type QueueCommand = Exclude<CommandName, 'CreateQueue' | 'GetQueueUrl'>;

/** One command about a virtual queue. */
export interface VirtualCall<Name extends QueueCommand> {
  readonly queueUrl: string;
  readonly input: Commands[Name]['input'];
  readonly signal: AbortSignal | undefined;
  /** The same command with another input, by the real client. */
  readonly forward: (input: Commands[Name]['input']) => Promise<Commands[Name]['output']>;
}

export type VirtualCommands = {
  readonly [Name in QueueCommand]: (call: VirtualCall<Name>) => Promise<Commands[Name]['output']>;
};

export interface VirtualCommandsOptions {
  readonly queues: VirtualQueues;
  readonly settings: VirtualSettings;
  readonly service: Pick<ClientService, 'causeOf' | 'rawOf'>;
}

/** How each command is answered whose queue URL is a virtual queue's. */
export function createVirtualCommands(options: VirtualCommandsOptions): VirtualCommands {
  const { queues, settings } = options;
  return {
    async SendMessage({ forward, input, queueUrl }) {
      return forward(toHost(input, sendTarget(queues, queueUrl)));
    },

    async SendMessageBatch({ forward, input, queueUrl }) {
      const batch = batchToHost(input, sendTarget(queues, queueUrl));
      // SQS itself says what it thinks of a batch that was empty from the first.
      const nothingLeft = batch.failed.length > 0 && batch.input.Entries?.length === 0;
      return withFailed(nothingLeft ? undefined : await forward(batch.input), batch.failed);
    },

    async ReceiveMessage({ input, queueUrl, signal }) {
      return receiveVirtual(findQueue(queues, queueUrl), input, signal, options);
    },

    async DeleteMessage({ forward, input, queueUrl }) {
      const { host } = findQueue(queues, queueUrl);
      const output = await forward({ ...input, QueueUrl: host.queueUrl });
      host.settled(input.ReceiptHandle ?? '', 'deleted');
      return output;
    },

    async DeleteMessageBatch({ forward, input, queueUrl }) {
      const { host } = findQueue(queues, queueUrl);
      const output = await forward({ ...input, QueueUrl: host.queueUrl });
      settleAll(host, input.Entries, output.Successful, () => 'deleted');
      return output;
    },

    async ChangeMessageVisibility({ forward, input, queueUrl }) {
      const { host } = findQueue(queues, queueUrl);
      const output = await forward({ ...input, QueueUrl: host.queueUrl });
      host.settled(input.ReceiptHandle ?? '', fromSeconds(input.VisibilityTimeout ?? 0));
      return output;
    },

    async ChangeMessageVisibilityBatch({ forward, input, queueUrl }) {
      const { host } = findQueue(queues, queueUrl);
      const output = await forward({ ...input, QueueUrl: host.queueUrl });
      settleAll(host, input.Entries, output.Successful, ({ VisibilityTimeout }) =>
        fromSeconds(VisibilityTimeout ?? 0),
      );
      return output;
    },

    async GetQueueAttributes({ input, queueUrl }) {
      const found = findQueue(queues, queueUrl);
      const names = input.AttributeNames ?? [];
      assertAttributeNames(names);
      const all = names.includes('All');
      const described = Object.entries(settings.describe(found, found.host.knownTraits));
      const Attributes = Object.fromEntries(
        described.filter(([name]) => all || names.some((asked) => sameAttribute(asked, name))),
      );
      const none = Object.keys(Attributes).length === 0;
      return none ? { $metadata: metadata(200) } : { $metadata: metadata(200), Attributes };
    },

    async SetQueueAttributes({ input, queueUrl }) {
      const { host, queue } = findQueue(queues, queueUrl);
      const { hostQueueUrl, rest } = splitHostQueueUrl(input.Attributes ?? {});
      if (hostQueueUrl !== undefined) {
        throw invalidAttributeName(HOST_QUEUE_URL, 'a virtual queue stays on its host queue');
      }
      const attributes = parseVirtualAttributes(rest, host.queueUrl);
      settings.set(queue, attributes, queues.api.serviceNowMs());
      return { $metadata: metadata(200) };
    },

    async ListQueueTags({ queueUrl }) {
      const tags = settings.tagsOf(findQueue(queues, queueUrl).queue);
      const none = { $metadata: metadata(200) };
      return tags.size === 0 ? none : { ...none, Tags: Object.fromEntries(tags) };
    },

    async TagQueue({ input, queueUrl }) {
      settings.tag(findQueue(queues, queueUrl).queue, input.Tags ?? {});
      return { $metadata: metadata(200) };
    },

    async UntagQueue({ input, queueUrl }) {
      settings.untag(findQueue(queues, queueUrl).queue, input.TagKeys ?? []);
      return { $metadata: metadata(200) };
    },

    async PurgeQueue({ queueUrl }) {
      findQueue(queues, queueUrl).queue.purge();
      return { $metadata: metadata(200) };
    },

    async DeleteQueue({ queueUrl }) {
      const { host, queue } = findQueue(queues, queueUrl);
      host.delete(queue);
      return { $metadata: metadata(200) };
    },
  };
}

/** AWS's page has another spelling of one. */
function sameAttribute(asked: string, name: string): boolean {
  return asked === name || (name === HOST_QUEUE_URL && asked === 'HostQueueURL');
}

type Entry = NonNullable<
  (DeleteMessageBatchCommandInput & ChangeMessageVisibilityBatchCommandInput)['Entries']
>[number];

function settleAll(
  host: VirtualHost,
  entries: readonly Entry[] = [],
  successful: readonly { readonly Id: string | undefined }[] = [],
  visibilityOf: (entry: Entry) => number | 'deleted',
): void {
  const done = new Set(successful.map(({ Id }) => Id));
  for (const entry of entries) {
    if (done.has(entry.Id)) host.settled(entry.ReceiptHandle ?? '', visibilityOf(entry));
  }
}

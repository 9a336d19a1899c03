import {
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueUrlCommand,
  GetQueueAttributesCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  TagQueueCommand,
  type Message,
  type MessageAttributeValue,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { textAttribute, type PlainMessage } from './message.ts';
import { until } from './until.ts';

/** Above the 30 s for which the open poll of a killed program hides what it takes out. */
const MESSAGE_WITHIN_MS = 60_000;

/** SQS by the plain AWS SDK: neither side's code stands between a case and what is on the wire. */
export class RawQueues {
  readonly #client: SQSClient;

  constructor(client: SQSClient) {
    this.#client = client;
  }

  /** Resolves with the URL. */
  async create(name: string, tags: Readonly<Record<string, string>> = {}): Promise<string> {
    const Attributes = name.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
    const made = await this.#client.send(new CreateQueueCommand({ QueueName: name, Attributes }));
    const QueueUrl = made.QueueUrl ?? '';
    // In a request of its own, as Java does.
    if (Object.keys(tags).length > 0) {
      await this.#client.send(new TagQueueCommand({ QueueUrl, Tags: { ...tags } }));
    }
    return QueueUrl;
  }

  async delete(queueUrl: string): Promise<void> {
    await this.#client.send(new DeleteQueueCommand({ QueueUrl: queueUrl }));
  }

  async send(queueUrl: string, { attributes = {}, body = '' }: Partial<PlainMessage>) {
    const MessageAttributes = Object.fromEntries(
      Object.entries(attributes).map(([name, { type, value }]): [string, MessageAttributeValue] =>
        type.startsWith('Binary')
          ? [name, { DataType: type, BinaryValue: Buffer.from(value, 'base64') }]
          : [name, { DataType: type, StringValue: value }],
      ),
    );
    await this.#client.send(
      new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body, MessageAttributes }),
    );
  }

  /** The next message, which is deleted. */
  async take(queueUrl: string): Promise<PlainMessage> {
    return until(
      `a message in ${queueUrl}`,
      async () => {
        const { Messages: [message] = [] } = await this.#client.send(
          new ReceiveMessageCommand({
            QueueUrl: queueUrl,
            WaitTimeSeconds: 1,
            MessageAttributeNames: ['All'],
          }),
        );
        if (message === undefined) return undefined;
        const ReceiptHandle = message.ReceiptHandle ?? '';
        await this.#client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
        return toPlain(message);
      },
      MESSAGE_WITHIN_MS,
    );
  }

  /** Messages that are there, visible or not. */
  async count(queueUrl: string): Promise<number> {
    const { Attributes = {} } = await this.#client.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
    );
    return Object.entries(Attributes)
      .filter(([name]) => name.startsWith('ApproximateNumberOfMessages'))
      .reduce((sum, [, count]) => sum + Number(count), 0);
  }

  async emptied(queueUrl: string): Promise<void> {
    await until(
      `nothing left in ${queueUrl}`,
      async () => (await this.count(queueUrl)) === 0 || undefined,
      MESSAGE_WITHIN_MS,
    );
  }

  async tags(queueUrl: string): Promise<Readonly<Record<string, string>>> {
    const { Tags = {} } = await this.#client.send(new ListQueueTagsCommand({ QueueUrl: queueUrl }));
    return Tags;
  }

  async url(name: string): Promise<string> {
    const { QueueUrl = '' } = await this.#client.send(new GetQueueUrlCommand({ QueueName: name }));
    return QueueUrl;
  }

  /** Names of the queues that begin with `prefix`. */
  async names(prefix: string): Promise<readonly string[]> {
    const { QueueUrls = [] } = await this.#client.send(
      new ListQueuesCommand({ QueueNamePrefix: prefix }),
    );
    return QueueUrls.map((url) => url.slice(url.lastIndexOf('/') + 1)).toSorted();
  }
}

function toPlain({ Body = '', MessageAttributes = {} }: Message): PlainMessage {
  return {
    body: Body,
    attributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(
        ([name, { BinaryValue, DataType = '', StringValue }]) => [
          name,
          BinaryValue === undefined
            ? { ...textAttribute(StringValue ?? ''), type: DataType }
            : { type: DataType, value: Buffer.from(BinaryValue).toString('base64') },
        ],
      ),
    ),
  };
}

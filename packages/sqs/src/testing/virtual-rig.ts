// Programs with the real SDK, over a server of their own, with and without virtual queues.
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  type Message,
} from '@aws-sdk/client-sqs';
import { startLocalSqs, type LocalSqs } from '@replyq/testing';
import {
  virtualQueueAttributes,
  withVirtualQueues,
  type VirtualQueueEvent,
  type VirtualQueuesClient,
  type WithVirtualQueuesOptions,
} from '../virtual-queues/index.ts';

export interface VirtualRig {
  readonly server: LocalSqs;
  /** Past the virtual queues. */
  readonly plain: SQSClient;
  readonly events: { readonly kind: string }[];
  told<K extends VirtualQueueEvent['kind']>(
    kind: K,
  ): Extract<VirtualQueueEvent, { readonly kind: K }>[];
  /** Each has a client of its own: a process of its own. */
  open(options?: WithVirtualQueuesOptions): VirtualQueuesClient;
  /** Gives the URL. FIFO when the name says so. */
  makeHost(name?: string, attributes?: Record<string, string>): Promise<string>;
  /** Requests since the last call, by operation. */
  requests(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

export async function openVirtualRig(): Promise<VirtualRig> {
  const server = await startLocalSqs();
  const plain = new SQSClient(server.clientConfig);
  const opened: VirtualQueuesClient[] = [];
  const events: { readonly kind: string }[] = [];
  let hosts = 0;
  let before: Readonly<Record<string, number>> = {};
  return {
    server,
    plain,
    events,
    told: (kind) => events.filter((event): event is never => event.kind === kind),
    open(options) {
      const client = withVirtualQueues(new SQSClient(server.clientConfig), {
        observer: (event) => void events.push(event),
        ...options,
      });
      opened.push(client);
      return client;
    },
    async makeHost(name = `host${(hosts += 1)}`, attributes = {}) {
      const fifo = name.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
      const Attributes = { ...fifo, ...attributes };
      const made = await plain.send(new CreateQueueCommand({ QueueName: name, Attributes }));
      return made.QueueUrl ?? '';
    },
    requests() {
      const now = server.requestCounts();
      const since = Object.entries(now)
        .map(([name, count]) => [name, count - (before[name] ?? 0)] as const)
        .filter(([, count]) => count > 0);
      before = now;
      return Object.fromEntries(since);
    },
    async close() {
      await Promise.all(opened.map((client) => client.close()));
      for (const client of [...opened, plain]) client.destroy();
      await server.close();
    },
  };
}

export async function createOn(
  client: SQSClient,
  hostQueueUrl: string,
  name: string,
  attributes: Record<string, string> = {},
): Promise<string> {
  const Attributes = virtualQueueAttributes(hostQueueUrl, attributes);
  const made = await client.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  return made.QueueUrl ?? '';
}

export async function sendTo(
  client: SQSClient,
  queueUrl: string,
  body: string,
  more: { readonly MessageGroupId?: string; readonly MessageDeduplicationId?: string } = {},
): Promise<void> {
  await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body, ...more }));
}

export async function receiveFrom(
  client: SQSClient,
  queueUrl: string,
  input: {
    WaitTimeSeconds?: number;
    MaxNumberOfMessages?: number;
    VisibilityTimeout?: number;
  } = {},
): Promise<readonly Message[]> {
  const asked = { MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All' as const] };
  const command = new ReceiveMessageCommand({ QueueUrl: queueUrl, ...asked, ...input });
  return (await client.send(command)).Messages ?? [];
}

export async function deleteFrom(
  client: SQSClient,
  queueUrl: string,
  message: Message | undefined,
): Promise<void> {
  const { ReceiptHandle } = message ?? {};
  await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
}

export const bodies = (messages: readonly Message[]): readonly (string | undefined)[] =>
  messages.map(({ Body }) => Body);

// Programs on the AWS SDK for JavaScript with virtual queues, and those on Java's: the same texts on the wire.
import assert from 'node:assert/strict';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  type Message,
} from '@aws-sdk/client-sqs';
import { withVirtualQueues } from '@replyq/sqs/virtual-queues';
import type { InteropCase } from '../interop-case.ts';
import { until } from '../until.ts';
import type { World } from '../world.ts';

const RECEIVED_WITHIN_MS = 30_000;
const JAVA_WAIT_SECONDS = 20;
/** What an application writes by hand where there is no requester: the attribute of AWS's clients. */
const REPLY_ADDRESS = 'ResponseQueueUrl';

/** Closed with the world. `temporary`: as Java's temporary queues client, which makes its own host queues. */
function pluggedIn(world: World, temporary = false) {
  const inner = new SQSClient(world.clientConfig);
  const sqs = withVirtualQueues(inner, { temporary });
  world.keep({
    async close() {
      await sqs.close();
      inner.destroy();
    },
  });
  return sqs;
}

/** The next message, which is deleted. */
async function take(sqs: SQSClient, QueueUrl: string): Promise<Message> {
  return until(
    `a message in ${QueueUrl}`,
    async () => {
      const receive = { QueueUrl, WaitTimeSeconds: 5, MessageAttributeNames: ['All'] };
      const { Messages: [message] = [] } = await sqs.send(new ReceiveMessageCommand(receive));
      if (message === undefined) return undefined;
      const { ReceiptHandle } = message;
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      return message;
    },
    RECEIVED_WITHIN_MS,
  );
}

async function createVirtual(sqs: SQSClient, HostQueueUrl: string, QueueName: string) {
  // An attribute of the plug-in's own, as in Java, which the SDK's types do not know.
  const Attributes: Record<string, string> = { HostQueueUrl };
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  return QueueUrl;
}

export const plugInCases: readonly InteropCase[] = [
  {
    name: 'what Java sends to a virtual queue of the JavaScript SDK is received there',
    async run(world) {
      const hostUrl = await world.raw.create('plug-in-host');
      const sqs = pluggedIn(world);
      const url = await createVirtual(sqs, hostUrl, 'mine');
      assert.equal(url, `${hostUrl}#mine`);
      const queues = await world.javaVirtualQueues();
      await queues.send(url, { body: 'x', attributes: { own: { type: 'Number', value: '1' } } });
      const { Body, MessageAttributes } = await take(sqs, url);
      assert.equal(Body, 'x');
      assert.equal(MessageAttributes?.['own']?.StringValue, '1');
      await world.raw.emptied(hostUrl);
    },
  },
  {
    name: 'what the JavaScript SDK sends to Java’s virtual queues, singly or in batches, is received there',
    async run(world) {
      const hostUrl = await world.raw.create('plug-in-java-host');
      const queues = await world.javaVirtualQueues();
      const [one, two] = [await queues.create(hostUrl, 'one'), await queues.create(hostUrl, 'two')];
      const sqs = pluggedIn(world);
      await sqs.send(new SendMessageCommand({ QueueUrl: one, MessageBody: 'alone' }));
      const Entries = ['a', 'b'].map((Id) => ({ Id, MessageBody: Id }));
      await sqs.send(new SendMessageBatchCommand({ QueueUrl: two, Entries }));
      const bodies: string[] = [];
      while (bodies.length < 3) {
        const from = bodies.length === 0 ? one : two;
        const received = await queues.receive(from, JAVA_WAIT_SECONDS);
        assert.notEqual(received.length, 0);
        bodies.push(...received.map(({ body }) => body));
      }
      assert.deepEqual(bodies.toSorted(), ['a', 'alone', 'b']);
    },
  },
  {
    name: 'a Java responder answers to a temporary queue of the JavaScript SDK',
    async run(world) {
      const queueUrl = await world.raw.create('plug-in-login');
      const responder = await world.javaResponder(queueUrl);
      const sqs = pluggedIn(world, true);
      const QueueName = `reply-${crypto.randomUUID()}`;
      const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName }));
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: 'ann',
          MessageAttributes: { [REPLY_ADDRESS]: { DataType: 'String', StringValue: QueueUrl } },
        }),
      );
      const request = await responder.request();
      assert.equal(request.wantsReply, true);
      await responder.answer(request, 'token of ann');
      assert.equal((await take(sqs, QueueUrl)).Body, 'token of ann');
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    },
  },
  {
    name: 'a Java requester is answered by a program on the JavaScript SDK that sends to its address',
    async run(world) {
      const queueUrl = await world.raw.create('plug-in-server');
      const sqs = pluggedIn(world);
      const requester = await world.javaRequester();
      const replied = requester.ask(queueUrl, 'ann');
      const { Body, MessageAttributes } = await take(sqs, queueUrl);
      const QueueUrl = MessageAttributes?.[REPLY_ADDRESS]?.StringValue;
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: `token of ${Body}` }));
      assert.equal((await replied).body, 'token of ann');
    },
  },
];

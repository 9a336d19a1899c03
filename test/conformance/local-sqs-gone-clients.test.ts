import {
  SendMessageCommand,
  CreateQueueCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { startLocalSqs } from '@replyq/testing';

test('what is sent after the client of a poll has gone is there for the next one at once, with no receive more', async () => {
  await using local = await startLocalSqs();
  const client = new SQSClient(local.clientConfig);
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: 'q' }));
  const gone = new SQSClient(local.clientConfig);
  const poll = gone.send(
    new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20, VisibilityTimeout: 600 }),
    { abortSignal: AbortSignal.timeout(200) },
  );
  await expect(poll).rejects.toMatchObject({ name: 'AbortError' });
  const sent = await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'for the next' }));
  const received = await client.send(
    new ReceiveMessageCommand({
      QueueUrl,
      WaitTimeSeconds: 5,
      MessageSystemAttributeNames: ['All'],
    }),
  );
  expect(received.Messages).toMatchObject([
    { MessageId: sent.MessageId, Attributes: { ApproximateReceiveCount: '1' } },
  ]);
  // Counted are the clients' own requests.
  expect(local.requestCounts()).toEqual({ CreateQueue: 1, ReceiveMessage: 2, SendMessage: 1 });
  client.destroy();
  gone.destroy();
});

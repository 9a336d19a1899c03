/**
 * A login by request and reply, as AWS's guide to temporary queues has it, written to the AWS SDK alone: it
 * knows nothing of virtual queues, and not which kind of queue it was given.
 */
import {
  DeleteMessageCommand,
  DeleteQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type Message,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** Asks for a login and waits for the answer, on a queue of its own for the one reply. */
export async function login(
  sqs: SQSClient,
  requestQueueUrl: string,
  user: string,
  createReplyQueue: () => Promise<string>,
): Promise<string> {
  const replyQueueUrl = await createReplyQueue();
  try {
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: requestQueueUrl,
        MessageBody: user,
        MessageAttributes: {
          ResponseQueueUrl: { DataType: 'String', StringValue: replyQueueUrl },
        },
      }),
    );
    const reply = await receiveOne(sqs, replyQueueUrl);
    if (reply === undefined) throw new Error('There was no answer within 20 s.');
    return reply;
  } finally {
    await sqs.send(new DeleteQueueCommand({ QueueUrl: replyQueueUrl }));
  }
}

/** Answers logins until `signal` aborts. */
export async function serveLogins(
  sqs: SQSClient,
  requestQueueUrl: string,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await receiveOne(sqs, requestQueueUrl, signal, async ({ Body, MessageAttributes }) => {
        const to = MessageAttributes?.['ResponseQueueUrl']?.StringValue;
        const answer = { QueueUrl: to, MessageBody: `Welcome, ${Body}` };
        await sqs.send(new SendMessageCommand(answer));
      });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

async function receiveOne(
  sqs: SQSClient,
  QueueUrl: string,
  abortSignal?: AbortSignal,
  handle?: (message: Message) => Promise<void>,
): Promise<string | undefined> {
  const command = new ReceiveMessageCommand({
    QueueUrl,
    WaitTimeSeconds: 20,
    MessageAttributeNames: ['All'],
  });
  const { Messages: [message] = [] } = await sqs.send(command, abortSignal && { abortSignal });
  if (message === undefined) return undefined;
  await handle?.(message);
  const { ReceiptHandle } = message;
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  return message.Body;
}

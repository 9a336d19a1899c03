import type { BatchResultErrorEntry, Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { MoveTaskAnswer, OperationName, Output } from '../sqs-api.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The answer of an operation, by its shape: a text that is none counts as left out, a list or a map
 * that is none spoils the answer. Throws a `TypeError` then.
 */
export function decodeOutput<Name extends OperationName>(
  name: Name,
  answer: unknown,
): Output<Name> {
  return DECODE[name](fields(answer, 'the answer'));
}

const DECODE: { readonly [Name in OperationName]: (answer: Fields) => Output<Name> } = {
  SendMessageBatch: decodeBatch,
  ReceiveMessage: ({ Messages }) => ({ Messages: list(Messages, 'Messages', decodeMessage) }),
  DeleteMessageBatch: decodeBatch,
  ChangeMessageVisibilityBatch: decodeBatch,
  GetQueueUrl: ({ QueueUrl }) => ({ QueueUrl: text(QueueUrl) }),
  CreateQueue: ({ QueueUrl }) => ({ QueueUrl: text(QueueUrl) }),
  DeleteQueue: (answer) => answer,
  TagQueue: (answer) => answer,
  ListQueueTags: ({ Tags }) => ({ Tags: texts(Tags, 'Tags') }),
  GetQueueAttributes: ({ Attributes }) => ({ Attributes: texts(Attributes, 'Attributes') }),
  ListQueues: ({ QueueUrls, NextToken }) => ({
    QueueUrls: list(QueueUrls, 'QueueUrls', text)?.filter((url) => url !== undefined),
    NextToken: text(NextToken),
  }),
  SetQueueAttributes: (answer) => answer,
  PurgeQueue: (answer) => answer,
  ListDeadLetterSourceQueues: ({ queueUrls, NextToken }) => ({
    queueUrls: list(queueUrls, 'queueUrls', text)?.filter((url) => url !== undefined),
    NextToken: text(NextToken),
  }),
  StartMessageMoveTask: ({ TaskHandle }) => ({ TaskHandle: text(TaskHandle) }),
  ListMessageMoveTasks: ({ Results }) => ({ Results: list(Results, 'Results', decodeMoveTask) }),
};

function decodeMoveTask(item: unknown): MoveTaskAnswer {
  const task = fields(item, 'a task');
  return {
    TaskHandle: text(task['TaskHandle']),
    Status: text(task['Status']),
    ApproximateNumberOfMessagesMoved: count(task['ApproximateNumberOfMessagesMoved']),
    ApproximateNumberOfMessagesToMove: count(task['ApproximateNumberOfMessagesToMove']),
    FailureReason: text(task['FailureReason']),
  };
}

interface Success {
  readonly Id: string | undefined;
  readonly MessageId: string | undefined;
  readonly MD5OfMessageBody: string | undefined;
}

function decodeBatch({ Successful, Failed }: Fields): {
  readonly Successful: readonly Success[] | undefined;
  readonly Failed: readonly BatchResultErrorEntry[] | undefined;
} {
  return {
    Successful: list(Successful, 'Successful', (item) => {
      const { Id, MessageId, MD5OfMessageBody } = fields(item, 'an entry of Successful');
      return {
        Id: text(Id),
        MessageId: text(MessageId),
        MD5OfMessageBody: text(MD5OfMessageBody),
      };
    }),
    Failed: list(Failed, 'Failed', (item) => {
      const { Id, Code, Message, SenderFault } = fields(item, 'an entry of Failed');
      return {
        Id: text(Id),
        Code: text(Code),
        Message: text(Message),
        SenderFault: SenderFault === true,
      };
    }),
  };
}

function decodeMessage(item: unknown): Message {
  const message = fields(item, 'a message');
  return {
    MessageId: text(message['MessageId']),
    ReceiptHandle: text(message['ReceiptHandle']),
    MD5OfBody: text(message['MD5OfBody']),
    Body: text(message['Body']),
    Attributes: texts(message['Attributes'], 'Attributes'),
    MessageAttributes: map(message['MessageAttributes'], 'MessageAttributes', decodeAttribute),
  };
}

function decodeAttribute(item: unknown): MessageAttributeValue {
  const { DataType, StringValue, BinaryValue } = fields(item, 'a message attribute');
  const binary = text(BinaryValue);
  return {
    DataType: text(DataType),
    StringValue: text(StringValue),
    // Copied, so that it is a Uint8Array of its own and no view of Node's pool.
    BinaryValue: binary === undefined ? undefined : new Uint8Array(Buffer.from(binary, 'base64')),
  };
}

function fields(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new TypeError(`${what} is no object`);
}

function list<Item>(
  value: unknown,
  what: string,
  decode: (item: unknown) => Item,
): Item[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value.map((item) => decode(item));
  throw new TypeError(`${what} is no list`);
}

/** fromEntries makes own properties, whatever a name is. */
function map<Value>(
  value: unknown,
  what: string,
  decode: (item: unknown) => Value,
): Record<string, Value> | undefined {
  if (value === undefined || value === null) return undefined;
  return Object.fromEntries(
    Object.entries(fields(value, what)).map(([name, item]) => [name, decode(item)]),
  );
}

function texts(value: unknown, what: string): Record<string, string> | undefined {
  if (value === undefined || value === null) return undefined;
  const entries = Object.entries(fields(value, what));
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined;
}

import {
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SetQueueAttributesCommand,
  StartMessageMoveTaskCommand,
  TagQueueCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { ApiCaller } from './api-caller.ts';
import type { PooledClient, SqsClients } from './sqs-clients.ts';
import type { Input, OperationName, Output, SqsApi } from './sqs-api.ts';

/** The API by the SDK. `timeOf` tells the service's time of an answer. */
export function createSdkApi(
  { polls, calls }: SqsClients,
  caller: ApiCaller,
  timeOf: (output: object) => number | undefined,
): SqsApi {
  return {
    call(name, input, signal) {
      const { sdk, closeIdle }: PooledClient = name === 'ReceiveMessage' ? polls : calls;
      return caller.call(
        signal,
        async (options) => {
          const output = await sendBySdk(sdk, name, input, options);
          return { output, serviceTimeMs: timeOf(output) };
        },
        closeIdle,
      );
    },
  };
}

/** One request by the SDK's command of that name. Rejects as the SDK does. */
export function sendBySdk<Name extends OperationName>(
  client: SQSClient,
  name: Name,
  input: Input<Name>,
  options: { readonly abortSignal: AbortSignal },
): Promise<Output<Name>> {
  return SEND[name](client, input, options);
}

type Send<Name extends OperationName> = (
  client: SQSClient,
  input: Input<Name>,
  options: { readonly abortSignal: AbortSignal },
) => Promise<Output<Name>>;

const SEND: { readonly [Name in OperationName]: Send<Name> } = {
  SendMessageBatch: (client, input, options) =>
    client.send(new SendMessageBatchCommand(input), options),
  ReceiveMessage: (client, input, options) =>
    client.send(new ReceiveMessageCommand(input), options),
  DeleteMessageBatch: (client, input, options) =>
    client.send(new DeleteMessageBatchCommand(input), options),
  ChangeMessageVisibilityBatch: (client, input, options) =>
    client.send(new ChangeMessageVisibilityBatchCommand(input), options),
  GetQueueUrl: (client, input, options) => client.send(new GetQueueUrlCommand(input), options),
  CreateQueue: (client, input, options) => client.send(new CreateQueueCommand(input), options),
  DeleteQueue: (client, input, options) => client.send(new DeleteQueueCommand(input), options),
  TagQueue: (client, input, options) => client.send(new TagQueueCommand(input), options),
  ListQueueTags: (client, input, options) => client.send(new ListQueueTagsCommand(input), options),
  GetQueueAttributes: (client, input, options) =>
    client.send(new GetQueueAttributesCommand(input), options),
  ListQueues: (client, input, options) => client.send(new ListQueuesCommand(input), options),
  SetQueueAttributes: (client, input, options) =>
    client.send(new SetQueueAttributesCommand(input), options),
  PurgeQueue: (client, input, options) => client.send(new PurgeQueueCommand(input), options),
  ListDeadLetterSourceQueues: (client, input, options) =>
    client.send(new ListDeadLetterSourceQueuesCommand(input), options),
  StartMessageMoveTask: (client, input, options) =>
    client.send(new StartMessageMoveTaskCommand(input), options),
  ListMessageMoveTasks: (client, input, options) =>
    client.send(new ListMessageMoveTasksCommand(input), options),
};

import type {
  ChangeMessageVisibilityBatchCommandInput,
  CreateQueueCommandInput,
  DeleteMessageBatchCommandInput,
  DeleteQueueCommandInput,
  GetQueueAttributesCommandInput,
  GetQueueUrlCommandInput,
  ListDeadLetterSourceQueuesCommandInput,
  ListMessageMoveTasksCommandInput,
  ListQueuesCommandInput,
  ListQueueTagsCommandInput,
  Message,
  PurgeQueueCommandInput,
  ReceiveMessageCommandInput,
  SendMessageBatchCommandInput,
  SetQueueAttributesCommandInput,
  StartMessageMoveTaskCommandInput,
  TagQueueCommandInput,
} from '@aws-sdk/client-sqs';
import type { Answer } from './api-caller.ts';
import type { BatchAnswer } from './batch.ts';

/**
 * One API request of SQS, whoever makes it: the SDK's clients, or `./lean`. Never rejects. Nothing
 * is repeated. A signal that aborts ends it at once as `aborted`; what was not sent by then never is.
 */
export interface SqsApi {
  call<Name extends OperationName>(
    name: Name,
    input: Input<Name>,
    signal: AbortSignal | undefined,
  ): Promise<Answer<Output<Name>>>;
}

/** What we ask, in the SDK's types, and what we read of the answers. */
interface Operations {
  readonly SendMessageBatch: Operation<
    SendMessageBatchCommandInput,
    BatchAnswer<{
      readonly Id: string | undefined;
      readonly MessageId: string | undefined;
      readonly MD5OfMessageBody?: string | undefined;
    }>
  >;
  readonly ReceiveMessage: Operation<
    ReceiveMessageCommandInput,
    { readonly Messages?: readonly Message[] | undefined }
  >;
  readonly DeleteMessageBatch: Operation<DeleteMessageBatchCommandInput, PlainBatchAnswer>;
  readonly ChangeMessageVisibilityBatch: Operation<
    ChangeMessageVisibilityBatchCommandInput,
    PlainBatchAnswer
  >;
  readonly GetQueueUrl: Operation<GetQueueUrlCommandInput, WithQueueUrl>;
  readonly CreateQueue: Operation<CreateQueueCommandInput, WithQueueUrl>;
  readonly DeleteQueue: Operation<DeleteQueueCommandInput, object>;
  readonly TagQueue: Operation<TagQueueCommandInput, object>;
  readonly ListQueueTags: Operation<
    ListQueueTagsCommandInput,
    { readonly Tags?: Readonly<Record<string, string>> | undefined }
  >;
  readonly GetQueueAttributes: Operation<
    GetQueueAttributesCommandInput,
    { readonly Attributes?: Readonly<Record<string, string>> | undefined }
  >;
  readonly ListQueues: Operation<
    ListQueuesCommandInput,
    { readonly QueueUrls?: readonly string[] | undefined; readonly NextToken?: string | undefined }
  >;
  readonly SetQueueAttributes: Operation<SetQueueAttributesCommandInput, object>;
  readonly PurgeQueue: Operation<PurgeQueueCommandInput, object>;
  readonly ListDeadLetterSourceQueues: Operation<
    ListDeadLetterSourceQueuesCommandInput,
    // In lower case, unlike that of ListQueues.
    { readonly queueUrls?: readonly string[] | undefined; readonly NextToken?: string | undefined }
  >;
  readonly StartMessageMoveTask: Operation<
    StartMessageMoveTaskCommandInput,
    { readonly TaskHandle?: string | undefined }
  >;
  readonly ListMessageMoveTasks: Operation<
    ListMessageMoveTasksCommandInput,
    { readonly Results?: readonly MoveTaskAnswer[] | undefined }
  >;
}

interface Operation<Input, Output> {
  readonly input: Input;
  readonly output: Output;
}

export interface MoveTaskAnswer {
  readonly TaskHandle?: string | undefined;
  readonly Status?: string | undefined;
  readonly ApproximateNumberOfMessagesMoved?: number | undefined;
  readonly ApproximateNumberOfMessagesToMove?: number | undefined;
  readonly FailureReason?: string | undefined;
}

type PlainBatchAnswer = BatchAnswer<{ readonly Id: string | undefined }>;

export interface WithQueueUrl {
  readonly QueueUrl?: string | undefined;
}

export type OperationName = keyof Operations;
export type Input<Name extends OperationName> = Operations[Name]['input'];
export type Output<Name extends OperationName> = Operations[Name]['output'];

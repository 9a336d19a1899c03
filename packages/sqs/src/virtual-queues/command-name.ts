import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  TagQueueCommand,
  UntagQueueCommand,
  type ChangeMessageVisibilityBatchCommandInput,
  type ChangeMessageVisibilityBatchCommandOutput,
  type ChangeMessageVisibilityCommandInput,
  type ChangeMessageVisibilityCommandOutput,
  type CreateQueueCommandInput,
  type CreateQueueCommandOutput,
  type DeleteMessageBatchCommandInput,
  type DeleteMessageBatchCommandOutput,
  type DeleteMessageCommandInput,
  type DeleteMessageCommandOutput,
  type DeleteQueueCommandInput,
  type DeleteQueueCommandOutput,
  type GetQueueAttributesCommandInput,
  type GetQueueAttributesCommandOutput,
  type GetQueueUrlCommandInput,
  type GetQueueUrlCommandOutput,
  type ListQueueTagsCommandInput,
  type ListQueueTagsCommandOutput,
  type PurgeQueueCommandInput,
  type PurgeQueueCommandOutput,
  type ReceiveMessageCommandInput,
  type ReceiveMessageCommandOutput,
  type SendMessageBatchCommandInput,
  type SendMessageBatchCommandOutput,
  type SendMessageCommandInput,
  type SendMessageCommandOutput,
  type SetQueueAttributesCommandInput,
  type SetQueueAttributesCommandOutput,
  type TagQueueCommandInput,
  type TagQueueCommandOutput,
  type UntagQueueCommandInput,
  type UntagQueueCommandOutput,
} from '@aws-sdk/client-sqs';

/** The commands that a virtual queue answers, with what they take and give. */
export interface Commands {
  readonly ChangeMessageVisibilityBatch: Command<
    ChangeMessageVisibilityBatchCommandInput,
    ChangeMessageVisibilityBatchCommandOutput
  >;
  readonly ChangeMessageVisibility: Command<
    ChangeMessageVisibilityCommandInput,
    ChangeMessageVisibilityCommandOutput
  >;
  readonly CreateQueue: Command<CreateQueueCommandInput, CreateQueueCommandOutput>;
  readonly DeleteMessageBatch: Command<
    DeleteMessageBatchCommandInput,
    DeleteMessageBatchCommandOutput
  >;
  readonly DeleteMessage: Command<DeleteMessageCommandInput, DeleteMessageCommandOutput>;
  readonly DeleteQueue: Command<DeleteQueueCommandInput, DeleteQueueCommandOutput>;
  readonly GetQueueAttributes: Command<
    GetQueueAttributesCommandInput,
    GetQueueAttributesCommandOutput
  >;
  readonly GetQueueUrl: Command<GetQueueUrlCommandInput, GetQueueUrlCommandOutput>;
  readonly ListQueueTags: Command<ListQueueTagsCommandInput, ListQueueTagsCommandOutput>;
  readonly PurgeQueue: Command<PurgeQueueCommandInput, PurgeQueueCommandOutput>;
  readonly ReceiveMessage: Command<ReceiveMessageCommandInput, ReceiveMessageCommandOutput>;
  readonly SendMessageBatch: Command<SendMessageBatchCommandInput, SendMessageBatchCommandOutput>;
  readonly SendMessage: Command<SendMessageCommandInput, SendMessageCommandOutput>;
  readonly SetQueueAttributes: Command<
    SetQueueAttributesCommandInput,
    SetQueueAttributesCommandOutput
  >;
  readonly TagQueue: Command<TagQueueCommandInput, TagQueueCommandOutput>;
  readonly UntagQueue: Command<UntagQueueCommandInput, UntagQueueCommandOutput>;
}

interface Command<Input, Output> {
  readonly input: Input;
  readonly output: Output;
}

export type CommandName = keyof Commands;

type CommandClass = new (...input: never[]) => object;

const CLASSES: { readonly [Name in CommandName]: CommandClass } = {
  ChangeMessageVisibilityBatch: ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibility: ChangeMessageVisibilityCommand,
  CreateQueue: CreateQueueCommand,
  DeleteMessageBatch: DeleteMessageBatchCommand,
  DeleteMessage: DeleteMessageCommand,
  DeleteQueue: DeleteQueueCommand,
  GetQueueAttributes: GetQueueAttributesCommand,
  GetQueueUrl: GetQueueUrlCommand,
  ListQueueTags: ListQueueTagsCommand,
  PurgeQueue: PurgeQueueCommand,
  ReceiveMessage: ReceiveMessageCommand,
  SendMessageBatch: SendMessageBatchCommand,
  SendMessage: SendMessageCommand,
  SetQueueAttributes: SetQueueAttributesCommand,
  TagQueue: TagQueueCommand,
  UntagQueue: UntagQueueCommand,
};

/** Also of another copy of the SDK, whose classes are not ours: by the name of its class. */
export function commandNameOf(command: object): CommandName | undefined {
  for (const [name, Class] of Object.entries(CLASSES)) {
    if (command instanceof Class) return name as CommandName;
  }
  const name = command.constructor.name.replace(/Command$/, '');
  return Object.hasOwn(CLASSES, name) ? (name as CommandName) : undefined;
}

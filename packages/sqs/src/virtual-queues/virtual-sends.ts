import type {
  BatchResultErrorEntry,
  MessageAttributeValue,
  SendMessageBatchCommandInput,
  SendMessageBatchCommandOutput,
  SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { isFifo } from '@replyq/contract/transport';
import { ATTRIBUTE } from '@replyq/contract/wire';
import { queueNameOf } from '@replyq/queue';
import { MAX_ATTRIBUTES } from '../sqs-limits.ts';
import { scopedDeduplicationId } from './deduplication-id.ts';
import { invalidParameterValue } from './exceptions.ts';
import { metadata } from './metadata.ts';
import type { SendTarget } from './virtual-url.ts';

type Outgoing = Pick<
  SendMessageCommandInput,
  'MessageAttributes' | 'MessageBody' | 'MessageDeduplicationId'
>;

/** The same message for the host queue. Throws `InvalidParameterValue` for one attribute too many. */
export function toHost(
  input: SendMessageCommandInput,
  target: SendTarget,
): SendMessageCommandInput {
  const fault = faultOf(input);
  if (fault !== undefined) throw invalidParameterValue(fault);
  return { ...input, ...addressed(input, target), QueueUrl: target.hostQueueUrl };
}

/** A batch for the host queue, and the entries that are none. */
export interface HostBatch {
  readonly input: SendMessageBatchCommandInput;
  readonly failed: readonly BatchResultErrorEntry[];
}

/** An entry with one attribute too many fails by itself, as others do. */
export function batchToHost(input: SendMessageBatchCommandInput, target: SendTarget): HostBatch {
  const failed: BatchResultErrorEntry[] = [];
  const entries = (input.Entries ?? []).filter((entry) => {
    const Message = faultOf(entry);
    if (Message === undefined) return true;
    failed.push({ Id: entry.Id, SenderFault: true, Code: 'InvalidParameterValue', Message });
    return false;
  });
  const Entries = entries.map((entry) => ({ ...entry, ...addressed(entry, target) }));
  return { input: { ...input, Entries, QueueUrl: target.hostQueueUrl }, failed };
}

/** What came of the batch; undefined: there was nothing left to send. */
export function withFailed(
  output: SendMessageBatchCommandOutput | undefined,
  failed: readonly BatchResultErrorEntry[],
): SendMessageBatchCommandOutput {
  if (output === undefined) {
    return { $metadata: metadata(200), Successful: [], Failed: [...failed] };
  }
  if (failed.length === 0) return output;
  return { ...output, Failed: [...(output.Failed ?? []), ...failed] };
}

function addressed(message: Outgoing, { hostQueueUrl, name }: SendTarget): Outgoing {
  const to: MessageAttributeValue = { DataType: 'String', StringValue: name };
  const addressed: Outgoing = {
    MessageBody: message.MessageBody,
    MessageAttributes: { ...message.MessageAttributes, [ATTRIBUTE.virtualQueue]: to },
  };
  if (!isFifo(queueNameOf(hostQueueUrl))) return addressed;
  const { MessageBody = '', MessageDeduplicationId } = message;
  return {
    ...addressed,
    MessageDeduplicationId: scopedDeduplicationId(name, MessageDeduplicationId, MessageBody),
  };
}

function faultOf({ MessageAttributes = {} }: Outgoing): string | undefined {
  const names = Object.keys(MessageAttributes).filter((name) => name !== ATTRIBUTE.virtualQueue);
  if (names.length < MAX_ATTRIBUTES) return undefined;
  return (
    `Number of message attributes [${names.length + 1}] exceeds the allowed maximum ` +
    `[${MAX_ATTRIBUTES}]: a message to a virtual queue carries ${ATTRIBUTE.virtualQueue}, ` +
    `so that ${MAX_ATTRIBUTES - 1} are left.`
  );
}

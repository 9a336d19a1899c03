import { isSqsText } from '@replyq/contract/wire';
import type { Failure, OutgoingMessage } from '@replyq/queue';
import { attributesFault } from './attribute-rules.ts';
import { isPlainText } from './plain-text.ts';
import type { QueueSettings } from './queue-settings.ts';

/** SQS: the longest delay. */
export const MAX_DELAY_MS: number = 15 * 60_000;

/** SQS counts delays in seconds. */
const DELAY_STEP_MS = 1_000;

/** Group and deduplication ids: letters, digits and punctuation. */
const FIFO_ID = /^[!-~]{1,128}$/;

/** Why this queue refuses a message of this size, or undefined. To be asked before the rest. */
export function sizeFault(bytes: number, { maxMessageBytes }: QueueSettings): Failure | undefined {
  if (bytes <= maxMessageBytes) return undefined;
  const error = `The message has ${bytes} bytes, the queue takes ${maxMessageBytes}`;
  return { kind: 'tooLarge', error };
}

/** Why this queue refuses what this message says, or undefined. */
export function messageFault(
  message: OutgoingMessage,
  settings: QueueSettings,
): Failure | undefined {
  const error =
    bodyFault(message) ??
    attributesFault(message.attributes) ??
    (settings.fifo ? fifoFault(message, settings) : standardFault(message));
  return error === undefined ? undefined : { kind: 'invalid', error };
}

function bodyFault({ body, traceHeader }: OutgoingMessage): string | undefined {
  if (body === '') return 'The body is empty';
  if (!isPlainText(body) && !isSqsText(body))
    return 'The body has a character that SQS does not take';
  if (traceHeader === '') return 'The trace header is empty';
  if (traceHeader !== undefined && !isSqsText(traceHeader)) {
    return 'The trace header has a character that SQS does not take';
  }
  return undefined;
}

function fifoFault(message: OutgoingMessage, settings: QueueSettings): string | undefined {
  const { groupId, deduplicationId, delayMs } = message;
  if (groupId === undefined) return 'A FIFO queue needs a groupId';
  if (!FIFO_ID.test(groupId)) return `groupId must match ${FIFO_ID}`;
  if (deduplicationId === undefined && !settings.contentBasedDeduplication) {
    return 'The queue needs a deduplicationId, or content-based deduplication';
  }
  if (deduplicationId !== undefined && !FIFO_ID.test(deduplicationId)) {
    return `deduplicationId must match ${FIFO_ID}`;
  }
  if (delayMs !== undefined && delayMs !== 0) return 'A FIFO queue takes no delay per message';
  return undefined;
}

function standardFault({ groupId, deduplicationId, delayMs }: OutgoingMessage): string | undefined {
  if (groupId !== undefined && !FIFO_ID.test(groupId)) return `groupId must match ${FIFO_ID}`;
  if (deduplicationId !== undefined) return 'Only FIFO queues take a deduplicationId';
  if (delayMs !== undefined && !(delayMs >= 0 && delayMs <= MAX_DELAY_MS)) {
    return `delayMs must be from 0 to ${MAX_DELAY_MS}, not ${delayMs}`;
  }
  return undefined;
}

export function wholeDelayMs(delayMs: number): number {
  return Math.ceil(delayMs / DELAY_STEP_MS) * DELAY_STEP_MS;
}

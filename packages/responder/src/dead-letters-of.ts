import type { Outbox, QueueRef, ReplyRouter, Transport } from '@replyq/contract/transport';

/** Where tasks go that fail for good: where the user says, else where the queue's own redrive policy does. */
export function deadLettersOf(
  transport: Transport,
  { deadLetterQueue: known }: ReplyRouter,
  chosen: QueueRef | false | undefined,
): Outbox | undefined {
  const queue = chosen ?? known;
  return queue === undefined || queue === false ? undefined : transport.outbox(queue);
}

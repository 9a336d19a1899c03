import { RpcError } from '@replyq/contract';
import type { QueueAccess } from '@replyq/queue';
import type { DeadLetter } from './dead-letter.ts';
import type { FoundDeadLetterQueue } from './dead-letter-queue.ts';
import { DeadLetterReader } from './dead-letter-reader.ts';
import { readDeadLetters } from './read-dead-letters.ts';

/**
 * Each entry once. Messages stay hidden while the list is open, so that none comes twice.
 *
 * Rejects with an `RpcError` SERVICE_UNAVAILABLE where the service fails for good.
 */
export async function* listDeadLetters(
  access: QueueAccess,
  queue: FoundDeadLetterQueue,
  { max, signal }: { readonly max: number; readonly signal: AbortSignal },
): AsyncGenerator<DeadLetter, void, undefined> {
  const reader = new DeadLetterReader(access, queue, signal);
  let told = 0;
  try {
    while (told < max) {
      const read = await reader.next(max - told);
      if (read.kind === 'end') {
        if (read.end !== 'failed') return;
        const { name } = queue;
        const message = `Cannot read "${name}": ${read.error ?? 'it failed'}`;
        throw new RpcError({ code: 'SERVICE_UNAVAILABLE', queue: name, message });
      }
      // Before anything is told: whoever asks may stop asking at once.
      for (const message of read.messages) reader.hold(message);
      for (const message of read.messages) {
        for (const { letter } of readDeadLetters(message, access.api.serviceNowMs())) {
          yield letter;
          told += 1;
        }
      }
    }
  } finally {
    await reader.close();
  }
}

import {
  messageBytes,
  queueNameOf,
  type Failure,
  type OutgoingMessage,
  type QueueAccess,
} from '@replyq/queue';
import { isPassing, pauseAfter } from '../patience.ts';

export type Sent =
  | { readonly kind: 'ok'; readonly messageId: string; readonly maybeTwice: boolean }
  | { readonly kind: 'failed'; readonly error: string; readonly maybeSent: boolean }
  /** FIFO: an earlier message of its group was not sent. */
  | { readonly kind: 'groupWaits' };

interface Waiting {
  readonly message: OutgoingMessage;
  readonly bytes: number;
  maybeSent: boolean;
}

/**
 * Sends until the queue has taken a message or surely will not. What was begun is finished although
 * the signal aborts; nothing is repeated then.
 *
 * G1: on a FIFO queue the messages of a group are sent in order, one in a batch, and none after one
 *     that was not taken.
 */
export class DeadLetterSender {
  readonly #access: QueueAccess;
  readonly #signal: AbortSignal;
  /** By queue and group. */
  readonly #stuck = new Set<string>();

  constructor(access: QueueAccess, signal: AbortSignal) {
    this.#access = access;
    this.#signal = signal;
  }

  /** What became of each, in their order. Never rejects. */
  async send(
    queueUrl: string,
    messages: readonly OutgoingMessage[],
    fifo: boolean,
  ): Promise<readonly Sent[]> {
    const ends = new Map<OutgoingMessage, Sent>();
    let left = messages.map((message): Waiting => ({
      message,
      bytes: messageBytes(message),
      maybeSent: false,
    }));
    for (let attempt = 1; left.length > 0;) {
      const batch = this.#batchOf(queueUrl, left, fifo, ends);
      if (batch.length === 0) break;
      const passing = await this.#sendBatch(queueUrl, batch, ends);
      left = left.filter(({ message }) => !ends.has(message));
      if (passing === undefined) {
        attempt = 1;
      } else if (!(await pauseAfter(attempt, this.#access.runtime, this.#signal))) {
        for (const { maybeSent, message } of batch) {
          if (!ends.has(message)) ends.set(message, { kind: 'failed', error: passing, maybeSent });
        }
        this.#stick(queueUrl, batch, fifo, ends);
        left = left.filter(({ message }) => !ends.has(message));
        attempt = 1;
      } else attempt += 1;
      this.#stick(queueUrl, batch, fifo, ends);
    }
    return messages.map((message) => ends.get(message) ?? { kind: 'groupWaits' });
  }

  /** The next messages that fit one request. G1. */
  #batchOf(
    queueUrl: string,
    left: readonly Waiting[],
    fifo: boolean,
    ends: Map<OutgoingMessage, Sent>,
  ): readonly Waiting[] {
    const { maxBatchBytes, maxBatchEntries } = this.#access.api.service.limits;
    const batch: Waiting[] = [];
    const groups = new Set<string>();
    let bytes = 0;
    for (const waiting of left) {
      const group = groupOf(queueUrl, waiting.message);
      if (fifo && this.#stuck.has(group)) {
        ends.set(waiting.message, { kind: 'groupWaits' });
        continue;
      }
      if (fifo && groups.has(group)) continue;
      if (batch.length > 0 && bytes + waiting.bytes > maxBatchBytes) break;
      batch.push(waiting);
      groups.add(group);
      bytes += waiting.bytes;
      if (batch.length === maxBatchEntries) break;
    }
    return batch;
  }

  /** Why some are to be sent once more; undefined: each has ended. */
  async #sendBatch(
    queueUrl: string,
    batch: readonly Waiting[],
    ends: Map<OutgoingMessage, Sent>,
  ): Promise<string | undefined> {
    const entries = batch.map(({ message }) => message);
    const result = await this.#access.api.sendBatch({ queueUrl, entries });
    let passing: string | undefined;
    for (const [index, waiting] of batch.entries()) {
      const end = result.kind === 'ok' ? (result.entries[index] ?? UNMENTIONED) : result;
      if (end.kind === 'ok') {
        const { messageId } = end;
        ends.set(waiting.message, { kind: 'ok', messageId, maybeTwice: waiting.maybeSent });
        continue;
      }
      if (end.kind === 'unknown' || end.kind === 'aborted') waiting.maybeSent = true;
      const error = `${queueNameOf(queueUrl)}: ${end.error}`;
      if (isPassing(end)) passing = error;
      else ends.set(waiting.message, { kind: 'failed', error, maybeSent: waiting.maybeSent });
    }
    return passing;
  }

  #stick(
    queueUrl: string,
    batch: readonly Waiting[],
    fifo: boolean,
    ends: Map<OutgoingMessage, Sent>,
  ): void {
    if (!fifo) return;
    for (const { message } of batch) {
      if (ends.get(message)?.kind === 'failed') this.#stuck.add(groupOf(queueUrl, message));
    }
  }
}

const UNMENTIONED: Failure = { kind: 'unknown', error: 'The answer does not mention this entry' };

function groupOf(queueUrl: string, { groupId = '' }: OutgoingMessage): string {
  return `${queueUrl} ${groupId}`;
}

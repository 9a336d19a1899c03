import { notify } from '@replyq/contract/transport';
import type { HeldFrame } from '../held-message.ts';
import type { QueueApi } from '../queue-api.ts';
import type { Failure } from '../queue-service.ts';
import type { HandedOutMessages } from './handed-out.ts';

/** Received or extended at most so long ago, a message is as invisible as its reader may expect. */
const FRESH_MS = 1000;

export interface HandOverOptions {
  readonly api: QueueApi;
  readonly queue: string;
  readonly queueUrl: string;
  /** Of a FIFO queue. */
  readonly out: HandedOutMessages | undefined;
}

/**
 * Gives messages into the hands of a reader, invisible for as long as it asked. From then on they are as if
 * it had received them itself: nothing extends them. Those that were lost meanwhile are left out.
 */
export async function handOver(
  frames: readonly HeldFrame[],
  visibilityMs: number,
  options: HandOverOptions,
): Promise<readonly HeldFrame[]> {
  const { api, out } = options;
  const nowMs = api.runtime.monotonicMs();
  const due = frames.filter(
    ({ held }) =>
      held.extending !== undefined ||
      held.visibilityMs !== visibilityMs ||
      held.visibleAtMs < nowMs + visibilityMs - FRESH_MS,
  );
  for (const frame of frames) {
    if (out === undefined) frame.leave(false);
    else out.add(frame, visibilityMs);
  }
  const lost = await changeVisibility(due, visibilityMs, options);
  for (const { held } of lost) out?.visible(held.receiptHandle);
  return frames.filter((frame) => !lost.has(frame));
}

async function changeVisibility(
  frames: readonly HeldFrame[],
  visibilityMs: number,
  { api, queue, queueUrl }: HandOverOptions,
): Promise<ReadonlySet<HeldFrame>> {
  const lost = new Set<HeldFrame>();
  if (frames.length === 0) return lost;
  // An extension that is on its way must not land after this.
  for (const { held } of frames) await held.extending;
  const { maxBatchEntries } = api.service.limits;
  for (let first = 0; first < frames.length; first += maxBatchEntries) {
    const batch = frames.slice(first, first + maxBatchEntries);
    const entries = batch.map(({ held }) => ({ receiptHandle: held.receiptHandle, visibilityMs }));
    const result = await api.changeVisibilityBatch({ queueUrl, entries });
    for (const [index, frame] of batch.entries()) {
      const outcome = result.kind === 'ok' ? (result.entries[index] ?? NO_ANSWER) : result;
      if (outcome.kind === 'ok') continue;
      // Somebody else has it by now. Whatever else went wrong, it is still ours for a while.
      if (outcome.kind === 'staleHandle') lost.add(frame);
      notify(api.observer, {
        kind: 'settleFailed',
        queue,
        operation: 'extend',
        error: outcome.error,
      });
    }
  }
  return lost;
}

const NO_ANSWER: Failure = { kind: 'unknown', error: 'The answer does not mention this entry.' };

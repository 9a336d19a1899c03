import { notify, TransientSet, type Timer } from '@replyq/contract/transport';
import type { HeldMessage } from './held-message.ts';
import type { QueueApi } from './queue-api.ts';
import type { Failure } from './queue-service.ts';

export interface HeartbeatOptions {
  readonly api: QueueApi;
  readonly queue: string;
  readonly queueUrl: string;
  readonly visibilityMs: number;
}

/** Below this an ordinary slow answer would count as none. */
const LEAST_LIMIT_MS = 1000;

/**
 * Keeps held messages invisible: one timer per inbox, a third of the visibility timeout apart, and
 * one batched request for all of them. A beat that fails is repeated soon, so several may fail
 * before a message is lost. One that the service will hide no longer is lost without being asked for.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #held = new TransientSet<HeldMessage>();
  #timer: Timer | undefined;
  #repeat: Timer | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  hold(message: HeldMessage): void {
    this.#held.add(message);
    this.#timer ??= this.#arm();
  }

  letGo(message: HeldMessage): void {
    this.#held.delete(message);
    if (this.#held.size > 0) return;
    this.#timer?.cancel();
    this.#repeat?.cancel();
    this.#timer = undefined;
    this.#repeat = undefined;
  }

  #arm(): Timer {
    const { api, visibilityMs } = this.#options;
    return api.runtime.setTimer(visibilityMs / 3, () => {
      this.#timer = this.#held.size > 0 ? this.#arm() : undefined;
      this.#beat();
    });
  }

  /** All but those that came, or were extended, within the last sixth of the visibility timeout. */
  #beat(): void {
    const { api, visibilityMs } = this.#options;
    const nowMs = api.runtime.monotonicMs();
    const dueMs = nowMs + (visibilityMs * 5) / 6;
    const due: HeldMessage[] = [];
    for (const held of this.#held) {
      if (held.extending !== undefined || held.visibleAtMs > dueMs) continue;
      if (nowMs < held.hideableUntilMs && held.visibleAtMs < held.hideableUntilMs) due.push(held);
      else if (nowMs >= held.visibleAtMs) this.#lost(held);
    }
    const { maxBatchEntries } = api.service.limits;
    for (let first = 0; first < due.length; first += maxBatchEntries) {
      const batch = due.slice(first, first + maxBatchEntries);
      const extending = this.#extend(batch);
      for (const held of batch) held.extending = extending;
    }
  }

  async #extend(messages: readonly HeldMessage[]): Promise<void> {
    const { api, queueUrl, visibilityMs } = this.#options;
    const startedMs = api.runtime.monotonicMs();
    const entries = messages.map((held) => ({
      receiptHandle: held.receiptHandle,
      visibilityMs: held.hiddenFor(held.visibilityMs),
    }));
    // Short, so that one that is not answered leaves time for another.
    const limitMs = Math.max(LEAST_LIMIT_MS, visibilityMs / 6);
    const result = await api.changeVisibilityBatch({ queueUrl, entries }, limitMs);
    for (const [index, held] of messages.entries()) {
      held.extending = undefined;
      // Settled, or received again, meanwhile: whatever came of this is no matter.
      const asked = entries[index];
      if (!this.#held.has(held) || held.receiptHandle !== asked?.receiptHandle) continue;
      const outcome = result.kind === 'ok' ? (result.entries[index] ?? NO_ANSWER) : result;
      if (outcome.kind === 'ok') held.visibleAtMs = startedMs + asked.visibilityMs;
      else this.#failed(held, outcome, result.kind !== 'ok');
    }
  }

  #failed(held: HeldMessage, { error, kind }: Failure, wholeBatch: boolean): void {
    const { api, queue, visibilityMs } = this.#options;
    notify(api.observer, { kind: 'settleFailed', queue, operation: 'extend', error });
    // A batch that is refused as a whole says nothing about the one message.
    const lost = kind === 'gone' || (!wholeBatch && (kind === 'staleHandle' || kind === 'invalid'));
    if (lost || api.runtime.monotonicMs() >= held.visibleAtMs) return this.#lost(held);
    this.#repeat ??= api.runtime.setTimer(visibilityMs / 12, () => {
      this.#repeat = undefined;
      this.#beat();
    });
  }

  #lost(held: HeldMessage): void {
    const { api, queue } = this.#options;
    held.visibleAtMs = -Infinity;
    this.letGo(held);
    notify(api.observer, { kind: 'visibilityLost', queue, messageId: held.message.messageId });
  }
}

const NO_ANSWER: Failure = { kind: 'unknown', error: 'The answer does not mention this entry.' };

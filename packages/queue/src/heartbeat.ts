import { notify, type Timer } from '@replyq/contract/transport';
import type { HeldMessage } from './held-message.ts';
import type { QueueApi } from './queue-api.ts';

export interface HeartbeatOptions {
  readonly api: QueueApi;
  readonly queue: string;
  readonly queueUrl: string;
  readonly visibilityMs: number;
}

/**
 * Keeps held messages invisible: one timer per inbox, a third of the visibility timeout apart, and
 * one batched request for all that are due. Two attempts may fail before a message is lost.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #held = new Set<HeldMessage>();
  #timer: Timer | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#held.size;
  }

  hold(message: HeldMessage): void {
    this.#held.add(message);
    this.#timer ??= this.#arm();
  }

  letGo(message: HeldMessage): void {
    this.#held.delete(message);
    if (this.#held.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** All that are held, which is then nothing. */
  letAllGo(): readonly HeldMessage[] {
    const all = [...this.#held];
    for (const message of all) this.letGo(message);
    return all;
  }

  #arm(): Timer {
    const { api, visibilityMs } = this.#options;
    return api.runtime.setTimer(visibilityMs / 3, () => {
      this.#timer = this.#held.size > 0 ? this.#arm() : undefined;
      this.#beat();
    });
  }

  #beat(): void {
    const { api, visibilityMs } = this.#options;
    const dueMs = api.runtime.monotonicMs() + (visibilityMs * 2) / 3;
    const due = [...this.#held].filter(({ visibleAtMs }) => visibleAtMs <= dueMs);
    const { maxBatchEntries } = api.service.limits;
    for (let first = 0; first < due.length; first += maxBatchEntries) {
      void this.#extend(due.slice(first, first + maxBatchEntries));
    }
  }

  async #extend(messages: readonly HeldMessage[]): Promise<void> {
    const { api, queue, queueUrl } = this.#options;
    const startedMs = api.runtime.monotonicMs();
    const result = await api.changeVisibilityBatch({
      queueUrl,
      entries: messages.map(({ message, visibilityMs }) => ({
        receiptHandle: message.receiptHandle,
        visibilityMs,
      })),
    });
    for (const [index, held] of messages.entries()) {
      if (!this.#held.has(held)) continue; // Settled meanwhile: whatever came of this is no matter.
      const outcome = result.kind === 'ok' ? result.entries[index] : result;
      if (outcome?.kind === 'ok') {
        held.visibleAtMs = startedMs + held.visibilityMs;
        continue;
      }
      notify(api.observer, {
        kind: 'settleFailed',
        queue,
        operation: 'extend',
        error: outcome?.error ?? 'no answer',
      });
      const lost =
        outcome?.kind === 'staleHandle' || outcome?.kind === 'gone' || outcome?.kind === 'invalid';
      if (lost || api.runtime.monotonicMs() >= held.visibleAtMs) {
        this.letGo(held);
        notify(api.observer, { kind: 'visibilityLost', queue, messageId: held.message.messageId });
      }
    }
  }
}

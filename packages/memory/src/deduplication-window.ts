import type { Runtime } from '@replyq/contract/transport';
import type { OutgoingMessage } from '@replyq/queue';
import { bodyHash } from './body-hash.ts';

/** SQS: how long a FIFO queue remembers a deduplication id, deleted message or not. */
const WINDOW_MS = 5 * 60_000;

/** The deduplication ids of one FIFO queue, each with the message that was stored first. */
export class DeduplicationWindow {
  readonly #runtime: Runtime;
  /** In the order of sends, which is the order in which they run out. */
  readonly #seen = new Map<string, { readonly messageId: string; readonly untilMs: number }>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** The message that was first sent under `id` within the window. */
  find(id: string): string | undefined {
    this.#forgetOld();
    return this.#seen.get(id)?.messageId;
  }

  remember(id: string, messageId: string): void {
    this.#seen.set(id, { messageId, untilMs: this.#runtime.monotonicMs() + WINDOW_MS });
  }

  #forgetOld(): void {
    const nowMs = this.#runtime.monotonicMs();
    for (const [id, { untilMs }] of this.#seen) {
      if (untilMs > nowMs) return;
      this.#seen.delete(id);
    }
  }
}

/** What two messages to a FIFO queue have in common when the later one is a duplicate. */
export function deduplicationKey({ deduplicationId, body }: OutgoingMessage): string {
  return deduplicationId ?? bodyHash(body);
}

import type { ReceivedMessage } from '@replyq/queue';
import type { BroughtFact } from './fact.ts';

interface Brought {
  readonly messageId: string;
  readonly delivery: number;
}

/** What a process was brought: which message each handle is of, and which of its receives gave it. */
export class Deliveries {
  readonly #handles = new Map<string, Brought>();
  /** By the service's count, which says more than the order in which answers came. */
  readonly #newest = new Map<string, number>();

  brought(messages: readonly ReceivedMessage[]): readonly BroughtFact[] {
    return messages.map(({ messageId, receiptHandle, receiveCount }) => {
      this.#newest.set(messageId, Math.max(this.#newest.get(messageId) ?? 0, receiveCount));
      this.#handles.set(receiptHandle, { messageId, delivery: receiveCount });
      return { messageId, receiveCount };
    });
  }

  /** Undefined: its message was received once only. */
  of(handle: string): (Brought & { readonly newest: number }) | undefined {
    const known = this.#handles.get(handle);
    const newest = known === undefined ? 0 : (this.#newest.get(known.messageId) ?? 0);
    return known === undefined || newest <= 1 ? undefined : { ...known, newest };
  }
}

import type { ReceivedMessage } from '@replyq/queue';

/** What a process was brought: which message each handle is of, and how often each message came. */
export class Deliveries {
  readonly #handles = new Map<string, { readonly messageId: string; readonly delivery: number }>();
  readonly #newest = new Map<string, number>();

  brought(messages: readonly ReceivedMessage[]): void {
    for (const { messageId, receiptHandle } of messages) {
      const delivery = (this.#newest.get(messageId) ?? 0) + 1;
      this.#newest.set(messageId, delivery);
      this.#handles.set(receiptHandle, { messageId, delivery });
    }
  }

  /** Undefined: it is the only handle that there was. */
  of(
    handle: string,
  ):
    | { readonly messageId: string; readonly delivery: number; readonly newest: number }
    | undefined {
    const known = this.#handles.get(handle);
    const newest = known === undefined ? 0 : (this.#newest.get(known.messageId) ?? 0);
    return known === undefined || newest === 1 ? undefined : { ...known, newest };
  }
}

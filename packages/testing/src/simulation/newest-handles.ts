/** A message that is to be deleted, by its newest handle. */
export interface Taken {
  readonly messageId: string;
  readonly handle: string;
}

/** With which handle the service would delete each message that was received. */
export class NewestHandles {
  readonly #messages = new Map<string, string>();
  readonly #newest = new Map<string, { readonly handle: string; readonly queueUrl: string }>();

  add(messageId: string, handle: string, queueUrl: string): void {
    this.#messages.set(handle, messageId);
    this.#newest.set(messageId, { handle, queueUrl });
  }

  /** Undefined: the handle is not the newest, or the message is gone. */
  messageOf(handle: string): string | undefined {
    const messageId = this.#messages.get(handle);
    if (messageId === undefined) return undefined;
    return this.#newest.get(messageId)?.handle === handle ? messageId : undefined;
  }

  delete(messageId: string): void {
    this.#newest.delete(messageId);
  }

  /** All of one queue, which are then nobody's. */
  takeAll(queueUrl: string): readonly Taken[] {
    const taken: Taken[] = [];
    for (const [messageId, newest] of this.#newest) {
      if (newest.queueUrl !== queueUrl) continue;
      taken.push({ messageId, handle: newest.handle });
      this.#newest.delete(messageId);
    }
    return taken;
  }
}

/** Messages that are remembered; one more forgets the oldest, whose receives then count as if it had been handed out. */
const MAX_REMEMBERED = 10_000;

/** How often this process has given a message back that it had received and shown to nobody. */
export class UnseenReleases {
  readonly #counts = new Map<string, number>();

  of(messageId: string): number {
    return this.#counts.get(messageId) ?? 0;
  }

  add(messageId: string): void {
    const count = this.of(messageId) + 1;
    // To the end: the oldest is first.
    this.#counts.delete(messageId);
    this.#counts.set(messageId, count);
    if (this.#counts.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#counts.keys();
    if (oldest !== undefined) this.#counts.delete(oldest);
  }

  forget(messageId: string): void {
    this.#counts.delete(messageId);
  }
}

/** Messages that are remembered; one more forgets the oldest, whose attempts then count one too many. */
const MAX_REMEMBERED = 10_000;

/** How often this process has given messages back without having run what is in them. */
export class KnownReleases {
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
}

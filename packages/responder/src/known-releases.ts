/** Messages that are remembered; one more forgets the oldest, whose attempts then count one too many. */
const MAX_REMEMBERED = 10_000;

interface Releases {
  readonly count: number;
  /** At which receive the last one was. */
  readonly receiveCount: number;
}

/** How often this process has given messages back without having run what is in them. */
export class KnownReleases {
  readonly #releases = new Map<string, Releases>();

  of(messageId: string): number {
    return this.#releases.get(messageId)?.count ?? 0;
  }

  /** Once for each receive, however many frames the message has. */
  add(messageId: string, receiveCount: number): void {
    const known = this.#releases.get(messageId);
    if (known?.receiveCount === receiveCount) return;
    // To the end: the oldest is first.
    this.#releases.delete(messageId);
    this.#releases.set(messageId, { count: (known?.count ?? 0) + 1, receiveCount });
    if (this.#releases.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#releases.keys();
    if (oldest !== undefined) this.#releases.delete(oldest);
  }
}

import { RecentMap } from '@replyq/contract/transport';

/** Messages that are remembered. Of one that is forgotten, attempts count some too many. */
const MAX_REMEMBERED = 10_000;

interface Releases {
  readonly count: number;
  /** At which receive the last one was. */
  readonly receiveCount: number;
}

/** How often this process has given messages back without having run what is in them. */
export class KnownReleases {
  readonly #releases = new RecentMap<Releases>(MAX_REMEMBERED);

  of(messageId: string): number {
    return this.#releases.get(messageId)?.count ?? 0;
  }

  /** Once for each receive, however many frames the message has. */
  add(messageId: string, receiveCount: number): void {
    if (this.#releases.get(messageId)?.receiveCount === receiveCount) return;
    this.#releases.set(messageId, { count: this.of(messageId) + 1, receiveCount });
  }
}

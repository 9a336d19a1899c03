import { RecentMap } from '@replyq/contract/transport';
import { nameOfFrame } from './frame-name.ts';
import type { IncomingFrame } from './incoming.ts';

/** Frames that are remembered. Of one that is forgotten, attempts count some too many. */
const MAX_REMEMBERED = 10_000;

interface Releases {
  readonly count: number;
  /** At which receive the last one was. */
  readonly receiveCount: number;
}

/**
 * How often this process has given frames back without having run them. Of one message each by itself: what runs is
 * received anew with each of its companions that is given back.
 */
export class KnownReleases {
  readonly #releases = new RecentMap<Releases>(MAX_REMEMBERED);

  of(incoming: IncomingFrame): number {
    // Most are received for the first time, and need no name.
    if (incoming.receiveCount <= 1 || this.#releases.size === 0) return 0;
    return this.#releases.get(nameOfFrame(incoming))?.count ?? 0;
  }

  /** Once for each receive. */
  add(incoming: IncomingFrame): void {
    const { receiveCount } = incoming;
    const name = nameOfFrame(incoming);
    const known = this.#releases.get(name);
    if (known?.receiveCount === receiveCount) return;
    this.#releases.set(name, { count: (known?.count ?? 0) + 1, receiveCount });
  }
}

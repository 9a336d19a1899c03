import type { StoredMessage } from './stored-message.ts';

/** The visible messages of one queue, in the order in which they are to be handed out. */
export interface Shelf {
  /** Visible messages, those of locked groups counted. */
  readonly size: number;
  /** Whether {@link take} may find something. */
  isReady(): boolean;
  /** A message becomes visible, or visible again. */
  put(message: StoredMessage): void;
  /**
   * Takes up to `max` messages off the shelf. Those that `wanted` says no to are off the shelf too,
   * do not count, and are whoever said no's to dispose of.
   */
  take(max: number, wanted: (message: StoredMessage) => boolean): StoredMessage[];
  /** A message leaves for good; its `place` still says from where. */
  forget(message: StoredMessage): void;
  /** Takes out of the visible messages those that `wanted` says no to. */
  sweep(wanted: (message: StoredMessage) => boolean): void;
}

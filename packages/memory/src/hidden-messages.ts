import { TransientSet, type Alarms } from '@replyq/contract/transport';
import type { StoredMessage } from './stored-message.ts';

/** The delayed and in-flight messages of one queue, each with the alarm that brings it back. */
export class HiddenMessages {
  readonly #alarms: Alarms;
  readonly #back: (message: StoredMessage) => void;
  readonly #messages = new TransientSet<StoredMessage>();
  #inFlightCount = 0;

  /** `back` is called with a message whose time has come, after it was taken out. */
  constructor(alarms: Alarms, back: (message: StoredMessage) => void) {
    this.#alarms = alarms;
    this.#back = back;
  }

  get inFlightCount(): number {
    return this.#inFlightCount;
  }

  get delayedCount(): number {
    return this.#messages.size - this.#inFlightCount;
  }

  /** Hides a message until an instant on the monotonic clock. */
  add(message: StoredMessage, place: 'delayed' | 'inFlight', untilMs: number): void {
    message.place = place;
    this.#messages.add(message);
    if (place === 'inFlight') this.#inFlightCount += 1;
    message.alarm = this.#alarms.set(untilMs, () => {
      this.remove(message);
      this.#back(message);
    });
  }

  /** Takes a message out before its time. Idempotent; its `place` is for the caller to set. */
  remove(message: StoredMessage): void {
    if (!this.#messages.delete(message)) return;
    if (message.place === 'inFlight') this.#inFlightCount -= 1;
    if (message.alarm !== undefined) this.#alarms.cancel(message.alarm);
    message.alarm = undefined;
  }

  /** As they are now, whatever is removed meanwhile. */
  all(): readonly StoredMessage[] {
    return [...this.#messages];
  }

  clear(): void {
    for (const message of this.#messages) this.remove(message);
  }
}

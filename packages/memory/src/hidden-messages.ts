import type { Alarms, Runtime } from '@replyq/contract/transport';
import type { StoredMessage } from './stored-message.ts';

/** The delayed and in-flight messages of one queue, each with the alarm that brings it back. */
export class HiddenMessages {
  readonly #runtime: Runtime;
  readonly #alarms: Alarms;
  readonly #messages = new Set<StoredMessage>();
  #inFlightCount = 0;

  constructor(runtime: Runtime, alarms: Alarms) {
    this.#runtime = runtime;
    this.#alarms = alarms;
  }

  get inFlightCount(): number {
    return this.#inFlightCount;
  }

  get delayedCount(): number {
    return this.#messages.size - this.#inFlightCount;
  }

  /** Hides a message; after `forMs` it is taken out and `back` is called. */
  add(
    message: StoredMessage,
    place: 'delayed' | 'inFlight',
    forMs: number,
    back: () => void,
  ): void {
    message.place = place;
    this.#messages.add(message);
    if (place === 'inFlight') this.#inFlightCount += 1;
    message.alarm = this.#alarms.set(this.#runtime.monotonicMs() + forMs, () => {
      this.remove(message);
      back();
    });
  }

  /** Takes a message out before its time. Idempotent; its `place` is for the caller to set. */
  remove(message: StoredMessage): void {
    if (!this.#messages.delete(message)) return;
    if (message.place === 'inFlight') this.#inFlightCount -= 1;
    if (message.alarm !== undefined) this.#alarms.cancel(message.alarm);
    message.alarm = undefined;
  }

  clear(): void {
    for (const message of this.#messages) this.remove(message);
  }
}

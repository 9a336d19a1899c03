import type { QueueSettings } from './queue-settings.ts';
import type { QueueSurroundings } from './queue-surroundings.ts';
import type { StoredMessage } from './stored-message.ts';

/** The queue whose messages are looked at. */
interface Keeper {
  readonly arn: string;
  readonly settings: QueueSettings;
  dispose(message: StoredMessage): void;
}

/** Which messages a queue still has: what is not says no, and is out of the queue by then. */
export class KeptMessages {
  readonly #queue: Keeper;
  readonly #service: QueueSurroundings;

  constructor(queue: Keeper, service: QueueSurroundings) {
    this.#queue = queue;
    this.#service = service;
  }

  /** Disposes of a message that was kept long enough or received too often, and says no to it. */
  readonly isWanted = (message: StoredMessage): boolean => {
    const { arn, settings } = this.#queue;
    const { redrive } = settings;
    const tooOften = redrive !== undefined && message.receiveCount >= redrive.maxReceiveCount;
    if (!tooOften || this.#isExpired(message)) return this.isKept(message);
    const deadLetters = this.#service.findByArn(redrive.deadLetterArn);
    // With the dead-letter queue gone the message stays with those that can be received.
    if (deadLetters === undefined) return true;
    this.#queue.dispose(message);
    deadLetters.adopt(message, arn);
    return false;
  };

  readonly isKept = (message: StoredMessage): boolean => {
    if (!this.#isExpired(message)) return true;
    this.#queue.dispose(message);
    return false;
  };

  #isExpired(message: StoredMessage): boolean {
    const { options } = this.#service;
    const { retentionMs } = this.#queue.settings;
    return options.runtime.monotonicMs() >= message.storedAtMs + retentionMs;
  }
}

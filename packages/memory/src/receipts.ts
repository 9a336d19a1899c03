import { TransientMap } from '@replyq/contract/transport';
import type { StoredMessage } from './stored-message.ts';

/** The receipt handles of one queue. Of each message only the newest one stands for it. */
export class Receipts {
  readonly #prefix: string;
  /** Messages that were received and are still here, in flight or visible again. */
  readonly #messages = new TransientMap<string, StoredMessage>();
  #count = 0;

  /** `queueId` keeps the handles of different queues, and of queues of one name, apart. */
  constructor(queueId: string) {
    this.#prefix = `${queueId}.`;
  }

  /** Whether the handle was given out here, however long ago. */
  isOurs(receiptHandle: string): boolean {
    return receiptHandle.startsWith(this.#prefix);
  }

  find(receiptHandle: string): StoredMessage | undefined {
    return this.#messages.get(receiptHandle);
  }

  /** Gives a message a new handle in place of the one that it had. */
  issue(message: StoredMessage): string {
    this.forget(message);
    this.#count += 1;
    const receiptHandle = `${this.#prefix}${this.#count}`;
    message.receiptHandle = receiptHandle;
    this.#messages.set(receiptHandle, message);
    return receiptHandle;
  }

  forget(message: StoredMessage): void {
    if (message.receiptHandle !== undefined) this.#messages.delete(message.receiptHandle);
  }
}

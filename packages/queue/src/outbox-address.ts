import type { RefusalReason } from '@replyq/contract/transport';
import { finalReason } from './outbox-entry.ts';
import { QueuePresence } from './queue-presence.ts';
import type { Result } from './queue-service.ts';

export interface OutboxAddressOptions {
  readonly resolveUrl: () => Promise<Result<{ readonly queueUrl: string }>>;
  /** `gone` means "not yet" for this long after a frame's first attempt. */
  readonly goneGraceMs: number;
  /** The queue turned out not to exist: whoever keeps its URL should ask again. */
  readonly onGone?: () => void;
}

/** Why there is no URL, and will be none. */
export interface NoAddress {
  readonly reason: RefusalReason;
  readonly error: string;
}

/** Where an outbox sends: the URL of its queue, which is asked for before the first batch, and again when the queue is gone. */
export class OutboxAddress {
  readonly presence: QueuePresence;
  readonly #options: OutboxAddressOptions;
  #queueUrl: string | undefined;

  constructor(options: OutboxAddressOptions) {
    this.#options = options;
    this.presence = new QueuePresence(options.goneGraceMs);
  }

  /** Undefined: to be searched. */
  get queueUrl(): string | undefined {
    return this.#queueUrl;
  }

  becameGone(nowMs: number): void {
    this.#options.onGone?.();
    if (this.presence.becameGone(nowMs)) this.#queueUrl = undefined;
  }

  /**
   * Asks until there is an answer, or until `again`, which waits, says that nobody wants one any more.
   * Undefined: found, or given up.
   */
  async search(
    again: (failures: number, error: string) => Promise<boolean>,
  ): Promise<NoAddress | undefined> {
    let credentialFailures = 0;
    for (let failures = 1; ; failures += 1) {
      const result = await this.#options.resolveUrl();
      if (result.kind === 'ok') {
        this.#queueUrl = result.queueUrl;
        return undefined;
      }
      if (result.kind === 'credentials') credentialFailures += 1;
      const { error } = result;
      const reason = finalReason(result, credentialFailures);
      if (reason !== undefined) return { reason, error };
      if (!(await again(failures, error))) return undefined;
    }
  }
}

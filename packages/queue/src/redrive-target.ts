import type { QueueApi } from './queue-api.ts';

/** Asked for again no sooner: where there is none, many may ask. */
const LOOK_AGAIN_MS = 60_000;

/**
 * The dead-letter queue that a queue's redrive policy names. Where there was none, or it could not be
 * read, who asks has it looked up again, and learns it the next time.
 */
export class RedriveTarget {
  /** As far as is known. */
  arn: string | undefined;
  readonly #api: QueueApi;
  readonly #queueUrl: string;
  #lookedAtMs: number;

  constructor(api: QueueApi, queueUrl: string, arn: string | undefined) {
    this.#api = api;
    this.#queueUrl = queueUrl;
    this.arn = arn;
    this.#lookedAtMs = api.runtime.monotonicMs();
  }

  /** What {@link arn} is; if it is not known, it is looked up meanwhile. */
  ask(): string | undefined {
    const nowMs = this.#api.runtime.monotonicMs();
    if (this.arn === undefined && nowMs - this.#lookedAtMs >= LOOK_AGAIN_MS) {
      this.#lookedAtMs = nowMs;
      void this.#look();
    }
    return this.arn;
  }

  async #look(): Promise<void> {
    const found = await this.#api.getQueueAttributes(this.#queueUrl);
    if (found.kind === 'ok') this.arn = found.attributes.redrive?.deadLetterArn;
  }
}

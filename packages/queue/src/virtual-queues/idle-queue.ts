import type { Timer } from '@replyq/contract/transport';
import type { HostQueues } from '../host-queues.ts';
import type { QueueApi } from '../queue-api.ts';
import { queueNameOf } from '../queue-name.ts';

export interface IdleQueueOptions {
  readonly api: QueueApi;
  readonly queues: HostQueues;
  readonly queueUrl: string;
  readonly heartbeatIntervalMs: number;
  readonly onGone: () => void;
}

/**
 * An ordinary queue that is to be deleted when nobody uses it: marked as in use while this process does
 * something with it, and left to whoever sweeps after that.
 */
export class IdleQueue {
  readonly #options: IdleQueueOptions;
  #lastBeatMs: number;
  #used = false;
  #ended = false;
  #timer: Timer | undefined;

  /** It was made, or marked, just now. */
  constructor(options: IdleQueueOptions) {
    this.#options = options;
    this.#lastBeatMs = options.api.runtime.monotonicMs();
  }

  /** One mark for all that happens in an interval: at once if the last one is old, else when it will be. */
  used(): void {
    const { api, heartbeatIntervalMs } = this.#options;
    const sinceMs = api.runtime.monotonicMs() - this.#lastBeatMs;
    if (sinceMs >= heartbeatIntervalMs) return this.#beat();
    this.#used = true;
    this.#timer ??= api.runtime.setTimer(heartbeatIntervalMs - sinceMs, () => {
      this.#timer = undefined;
      if (this.#used) this.#beat();
    });
  }

  end(): void {
    this.#ended = true;
    this.#timer?.cancel();
  }

  #beat(): void {
    const { api, onGone, queues, queueUrl } = this.#options;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#used = false;
    this.#lastBeatMs = api.runtime.monotonicMs();
    void queues.beat(queueNameOf(queueUrl), queueUrl).then(({ kind }) => {
      if (kind === 'gone') onGone();
      else if (kind !== 'ok' && !this.#ended) this.used(); // Once more, after another interval.
    });
  }
}

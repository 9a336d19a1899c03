import { notify, sleep } from '@replyq/contract/transport';
import { HOST_QUEUE_TAGS } from './host-queue-tags.ts';
import type { QueueApi } from './queue-api.ts';
import type { HostQueueSettings } from './queue-options.ts';
import type { Result } from './queue-service.ts';
import { startStopwatch } from './stopwatch.ts';

/** For this long after CreateQueue, `gone` means "not yet". AWS asks for one second. */
export const NOT_YET_MS = 3000;
const NOT_YET_PAUSE_MS = 250;

export interface HostQueueOptions {
  readonly api: QueueApi;
  readonly settings: HostQueueSettings;
}

/**
 * What is asked of the service about a host queue: create it with its tags, show that it is in use,
 * delete it. Tells the service's time in tags, as well as its last answers let us know it.
 */
export class HostQueues {
  readonly #options: HostQueueOptions;

  constructor(options: HostQueueOptions) {
    this.#options = options;
  }

  /**
   * With all its attributes, the first time and each time again. `clockWasOff`: the first request of a process tells the
   * time of its host, and the answer told that this is not the service's: to others the queue may look idle.
   */
  async create(
    name: string,
  ): Promise<Result<{ readonly queueUrl: string; readonly clockWasOff: boolean }>> {
    const { api, settings } = this.#options;
    const { idleRetentionMs, queueAttributes: extra, retentionMs, visibilityMs } = settings;
    const more = Object.keys(extra).length === 0 ? {} : { extra };
    const toldMs = api.serviceNowMs();
    const sinceToldMs = startStopwatch(api.runtime);
    const made = await api.createQueue({
      name,
      attributes: { retentionMs, visibilityMs, ...more },
      tags: this.tags(),
    });
    if (made.kind !== 'ok') return made;
    const offMs = Math.abs(api.serviceNowMs() - toldMs - sinceToldMs());
    return { ...made, clockWasOff: offMs > idleRetentionMs / 4 };
  }

  /** By which all who share the prefix know when they may delete a queue that is made now. */
  tags(): Readonly<Record<string, string>> {
    const { idleRetentionMs } = this.#options.settings;
    return {
      [HOST_QUEUE_TAGS.retention]: String(Math.ceil(idleRetentionMs / 1000)),
      ...this.#heartbeatTag(),
    };
  }

  /** Marks the queue as in use. `gone` is the truth only once the queue is older than {@link NOT_YET_MS}. */
  async beat(name: string, queueUrl: string): Promise<Result> {
    const { api } = this.#options;
    const result = await api.tagQueue(queueUrl, this.#heartbeatTag());
    if (result.kind !== 'ok') {
      notify(api.observer, { kind: 'heartbeatFailed', queue: name, error: result.error });
    }
    return result;
  }

  /** A queue that is not usable yet cannot be deleted yet: asks again until it can. */
  async delete(name: string, queueUrl: string, madeAtMs: number): Promise<void> {
    const { api } = this.#options;
    let result = await api.deleteQueue({ queueUrl });
    while (result.kind === 'gone' && api.runtime.monotonicMs() < madeAtMs + NOT_YET_MS) {
      await sleep(api.runtime, NOT_YET_PAUSE_MS, { keepAlive: true });
      result = await api.deleteQueue({ queueUrl });
    }
    notify(api.observer, { kind: 'replyQueueDeleted', queue: name, outcome: result.kind });
  }

  #heartbeatTag(): Record<string, string> {
    return { [HOST_QUEUE_TAGS.heartbeat]: String(Math.round(this.#options.api.serviceNowMs())) };
  }
}

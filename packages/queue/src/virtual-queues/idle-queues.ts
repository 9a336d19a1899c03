import { IdleQueue, type IdleQueueOptions } from './idle-queue.ts';

/** The ordinary queues that this process has made to be deleted when nobody uses them. */
export class IdleQueues {
  readonly #byKey = new Map<string, IdleQueue>();

  get size(): number {
    return this.#byKey.size;
  }

  add(key: string, options: Omit<IdleQueueOptions, 'onGone'>): void {
    if (this.#byKey.has(key)) return;
    this.#byKey.set(key, new IdleQueue({ ...options, onGone: () => this.forget(key) }));
  }

  used(key: string): void {
    this.#byKey.get(key)?.used();
  }

  forget(key: string): void {
    this.#byKey.get(key)?.end();
    this.#byKey.delete(key);
  }

  end(): void {
    for (const key of this.#byKey.keys()) this.forget(key);
  }
}

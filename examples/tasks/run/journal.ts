import type { FromWorker } from './starter.ts';

export type Retry = Extract<FromWorker, { readonly kind: 'retried' }>;
export type Death = Extract<FromWorker, { readonly kind: 'dead' }>;

/** What workers have told of the tasks. */
export class Journal {
  /** Ids, each as often as a run of it ended well. */
  readonly done: string[] = [];
  readonly retries: Retry[] = [];
  readonly deaths: Death[] = [];
  #changed = Promise.withResolvers<void>();

  note(message: FromWorker): void {
    if (message.kind === 'done') this.done.push(message.task);
    if (message.kind === 'retried') this.retries.push(message);
    if (message.kind === 'dead') this.deaths.push(message);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Those of `tasks` that are neither done nor dead. */
  open(tasks: readonly string[]): readonly string[] {
    const over = new Set([...this.done, ...this.deaths.map(({ task }) => task)]);
    return tasks.filter((task) => !over.has(task));
  }

  /** Resolves when `isTrue`, which is asked after each message. */
  async until(isTrue: (journal: Journal) => boolean): Promise<void> {
    while (!isTrue(this)) await this.#changed.promise;
  }
}

import { NO_REQUESTS, addRequests, type ApiRequests } from './api-requests.ts';
import type { FromWorker } from './starter.ts';
import { WorkerProcess } from './worker-process.ts';
import type { WorkerSettings } from './worker-settings.ts';

/** All workers of the example: two at a time. Version 2 takes over when version 1 has stopped. */
export class Crew {
  readonly #onMessage: (message: FromWorker) => void;
  readonly #all: WorkerProcess[] = [];
  /** Of all that have ended. */
  requests: ApiRequests = NO_REQUESTS;

  constructor(onMessage: (message: FromWorker) => void) {
    this.#onMessage = onMessage;
  }

  /** Resolves with the ids of the processes when both receive tasks. */
  async start(settings: Omit<WorkerSettings, 'name'>): Promise<readonly (number | undefined)[]> {
    const pair = ['ann', 'bob'].map(
      (name) =>
        new WorkerProcess({ ...settings, name: `${name} v${settings.version}` }, (message) => {
          if (message.kind === 'requests') {
            this.requests = addRequests(this.requests, message.requests);
          }
          this.#onMessage(message);
        }),
    );
    this.#all.push(...pair);
    await Promise.all(pair.map(({ listening }) => listening));
    return pair.map(({ pid }) => pid);
  }

  /** Resolves as `work` does; rejects when a worker ends meanwhile. */
  async during<T>(work: Promise<T>): Promise<T> {
    const running = this.#all.filter((worker) => worker.isRunning());
    return Promise.race([work, ...running.map((worker) => worker.endsEarly())]);
  }

  /** Stops all that run. Resolves with how each of all has ended. */
  stop(): Promise<readonly (number | string)[]> {
    return Promise.all(this.#all.map((worker) => worker.stop()));
  }

  /** Names of those that the operating system still knows. */
  running(): readonly string[] {
    return this.#all.filter((worker) => worker.isRunning()).map(({ name }) => name);
  }
}

import type { ApiRequests } from '../api-requests.ts';
import type { Credentials } from '../login.ts';

/** The side that enqueues. */
export interface TaskProducer {
  /** Resolves when the queue has them all, rejects when it has not taken one. */
  enqueue(queue: string, inputs: readonly Credentials[]): Promise<void>;
  /** All since the start. */
  requests(): ApiRequests;
  close(): Promise<void>;
}

/** The side that works off, and whose queues they are. */
export interface TaskWorker {
  makeQueue(queue: string): Promise<void>;
  /** Calls `done` with the nonce of each task, until it is stopped. */
  start(queue: string, done: (nonce: number) => void): Promise<void>;
  stop(): Promise<void>;
  /** What still lies in the queue, hidden or not. */
  left(queue: string): Promise<number>;
  deleteQueue(queue: string): Promise<void>;
  requests(): ApiRequests;
  close(): Promise<void>;
}

import type { ApiRequests } from '../api-requests.ts';

/** The calling side of what is measured. */
export interface Asker {
  /** Logs in and resolves with the nonce of the answer. */
  ask(nonce: number, payloadBytes: number): Promise<number>;
  /** Whether a call may be answered without a turn of the event loop. */
  readonly inProcess: boolean;
  /** All since the start. */
  requests(): ApiRequests;
  /** Requests that are open now are none of the next count's. */
  ignoreBegun(): void;
  /** Deletes what it has made on the server. */
  close(): Promise<void>;
}

/** The answering side. */
export interface Answerer {
  requests(): ApiRequests;
  ignoreBegun(): void;
  /** Handlers that have begun since the start. */
  handled(): number;
  close(): Promise<void>;
}

import type { StoreKind } from './stores.ts';

/** What a process is started with, as one argument in JSON. */
export interface RoleSettings {
  readonly name: string;
  readonly seed: number;
  readonly endpoint: string;
  readonly region: string;
  /** Where ledgers go. */
  readonly ledgers: string;
  readonly store: StoreKind;
  /** Of the durable reply store, shared by all responders. */
  readonly storeFile: string;
  /** Handlers of a share of the calls take longer than the visibility timeout. */
  readonly slowWork: boolean;
}

export const VISIBILITY_MS = 2000;
export const WAIT_MS = 2000;
/** Above what may share a message. */
export const LONG_TIMEOUT_MS = 60_000;
/** Shares messages. */
export const PACKED_TIMEOUT_MS = 30_000;

/** What the starter tells a requester, and hears. */
export type Order =
  | { readonly order: 'rest' }
  | { readonly order: 'probe'; readonly calls: number };
export type Notice = 'ready' | 'rested' | 'probed' | 'enqueued';

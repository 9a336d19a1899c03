import type { HistoryIndex } from './oracles/history-index.ts';

/** What a history shows to be broken. */
export interface Violation {
  /** `I8`; docs/reliability.md says what each promises. */
  readonly invariant: string;
  /** What happened, with the names of call, run, key or process, for people. */
  readonly message: string;
  /** When it showed. */
  readonly atMs: number;
}

/** Reads a whole history, and nothing else. One index serves all oracles. */
export type Oracle = (history: HistoryIndex, bounds: OracleBounds) => readonly Violation[];

/** What the system under test was told, as far as oracles measure by it. */
export interface OracleBounds {
  /** How late a settled call, an aborted signal or a started run may be. Default 250 ms. */
  readonly slackMs: number;
  /** How long a handler that ignores its signal may keep its slot. */
  readonly graceMs: number;
  /** Longest long poll of a request queue. */
  readonly waitMs: number;
  /** Whether responders share a reply store: then no key is recorded twice. */
  readonly sharedStore: boolean;
  /** Handlers at once in one responder. */
  readonly concurrency: number;
  /** How long after healing a probe may take. */
  readonly probeMs: number;
  /** How often one request may be written to the queue by its caller. */
  readonly maxSends: number;
  /** How long a request that was received is nobody else's, unless that is extended. Default 10 s. */
  readonly visibilityMs?: number;
  /** How often it may try to, failed attempts included. */
  readonly maxTries?: number;
  /** How many sends of one process may fail within ten seconds. */
  readonly maxFailedSends?: number;
  /** Calls open at once in one requester. */
  readonly maxPendingCalls?: number;
}

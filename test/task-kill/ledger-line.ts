import type { RunEvent } from '../kill/ledger-line.ts';
import type { ErrandName } from './contract.ts';

/** What a producer or a worker has seen, one line each. Times are of one clock that all processes share. */
export type TaskLine = { readonly atMs: number } & TaskEvent;

export type TaskEvent = ProducerEvent | WorkerEvent;

export type ProducerEvent =
  /** Before it is sent. */
  | {
      readonly event: 'asked';
      readonly number: number;
      readonly nonce: string;
      readonly procedure: ErrandName;
      readonly delayMs: number;
      /** Enqueued by all producers, with the nonce as their deduplication id. */
      readonly shared: boolean;
    }
  /** The producer was told that the queue has it. */
  | {
      readonly event: 'accepted';
      readonly number: number;
      readonly nonce: string;
      readonly task: string;
    }
  | {
      readonly event: 'refused';
      readonly number: number;
      readonly nonce: string;
      readonly code: string;
      readonly maybeExecuted: boolean;
    };

/** How a run ended: `cut` by its signal, at a close or when its lease came into doubt. */
export type RunEnding = 'done' | 'failed' | 'cut';

type RunStarted = Extract<RunEvent, { readonly event: 'runStarted' }>;
type RunEnded = Extract<RunEvent, { readonly event: 'runEnded' }>;

/** The call id of a run is the task's id. */
export type WorkerEvent =
  | (RunStarted & { readonly attempt: number; readonly procedure: ErrandName })
  | (RunEnded & { readonly ending: RunEnding })
  | Exclude<RunEvent, RunStarted | RunEnded>
  /** Its copy is in the dead letters. */
  | { readonly event: 'buried'; readonly task: string; readonly attempt: number }
  | { readonly event: 'stuck'; readonly task: string; readonly why: string }
  /** The answerer gave a request back: mostly a lease that was lost. */
  | { readonly event: 'gaveBack'; readonly why: string };

// One thread: judges the seeds that it is sent.
import { parentPort } from 'node:worker_threads';
import { judgeSeed, type Verdict } from './judge-seed.ts';

export type Report =
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'broken'; readonly seed: number; readonly error: string };

let seed = 0;

// An invariant of its own: nothing that nobody waits for may fail.
process.on('unhandledRejection', (cause) => tell({ kind: 'broken', seed, error: textOf(cause) }));

parentPort?.on('message', (next: number) => {
  seed = next;
  judgeSeed(next).then(
    (verdict) => tell({ kind: 'verdict', verdict }),
    (cause: unknown) => tell({ kind: 'broken', seed: next, error: textOf(cause) }),
  );
});

function tell(report: Report): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(report);
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}

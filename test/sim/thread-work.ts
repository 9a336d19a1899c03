import { parentPort } from 'node:worker_threads';

export type Report<Verdict> =
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'broken'; readonly error: string };

/** In a thread of a farm: judges the tasks that it is sent, one after the other. */
export function serveTasks<Verdict>(judge: (task: never) => Promise<Verdict>): void {
  parentPort?.on('message', (task: unknown) => {
    judge(task as never).then(
      (verdict) => tell({ kind: 'verdict', verdict }),
      (cause: unknown) =>
        tell({ kind: 'broken', error: `${JSON.stringify(task)}: ${textOf(cause)}` }),
    );
  });
}

function tell<Verdict>(report: Report<Verdict>): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(report);
}

export function textOf(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}

import { Worker } from 'node:worker_threads';
import type { Report } from './thread-work.ts';

export interface ThreadFarmOptions<Task, Verdict> {
  /** What each thread runs: a file that calls `serveTasks`. */
  readonly worker: URL;
  readonly workers: number;
  /** Undefined: there are no more. */
  readonly next: () => Task | undefined;
  readonly onVerdict: (verdict: Verdict) => void;
}

/** Judges tasks on several threads. Rejects if one cannot be judged. */
export async function farm<Task, Verdict>(
  options: ThreadFarmOptions<Task, Verdict>,
): Promise<void> {
  await Promise.all(Array.from({ length: options.workers }, () => work(options)));
}

function work<Task, Verdict>({
  next,
  onVerdict,
  worker: file,
}: ThreadFarmOptions<Task, Verdict>): Promise<void> {
  const worker = new Worker(file);
  return new Promise<void>((resolve, reject) => {
    const feed = (): void => {
      const task = next();
      if (task === undefined) resolve();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      else worker.postMessage(task);
    };
    worker.on('message', (report: Report<Verdict>) => {
      if (report.kind === 'broken') return reject(new Error(report.error));
      onVerdict(report.verdict);
      feed();
    });
    worker.on('error', reject);
    feed();
  }).finally(() => void worker.terminate());
}

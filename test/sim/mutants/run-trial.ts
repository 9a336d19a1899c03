import { fork } from 'node:child_process';
import type { InstalledCopy } from './installed-copy.ts';
import type { Report, Task } from './trial.ts';

/** A run of a seed takes some ten milliseconds; one that takes this long does not end. */
const HANG_MS = 30_000;

export type TrialEnd = Exclude<Report, { readonly kind: 'run' }> | Hung;

export interface Hung {
  readonly kind: 'hung';
  readonly seed: number;
}

/** Gives the task to a child process in the copy. Rejects if the child breaks down, or `signal` aborts. */
export function runTrial(copy: InstalledCopy, task: Task, signal?: AbortSignal): Promise<TrialEnd> {
  const child = fork(copy.pathOf('mutants/trial-child.ts'), [JSON.stringify(task)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    ...(signal === undefined ? {} : { signal, killSignal: 'SIGKILL' }),
  });
  return new Promise<TrialEnd>((resolve, reject) => {
    let errors = '';
    let seed = 0;
    const onHang = (): void => {
      child.kill('SIGKILL');
      resolve({ kind: 'hung', seed });
    };
    let watchdog = setTimeout(onHang, HANG_MS);
    child.stderr?.on('data', (data) => (errors += String(data)));
    child.on('message', (report: Report) => {
      clearTimeout(watchdog);
      if (report.kind !== 'run') return resolve(report);
      seed = report.seed;
      watchdog = setTimeout(onHang, HANG_MS);
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      clearTimeout(watchdog);
      reject(new Error(`A trial broke down with exit code ${code} at seed ${seed}:\n${errors}`));
    });
  });
}

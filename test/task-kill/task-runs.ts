import type { ErrandName } from './contract.ts';
import type { RunEnding, TaskLine } from './ledger-line.ts';

export interface TaskRun {
  readonly task: string;
  readonly nonce: string;
  readonly procedure: ErrandName;
  readonly attempt: number;
  /** Of the process. */
  readonly name: string;
  readonly startedMs: number;
  /** Undefined: never. */
  readonly endedMs?: number;
  readonly ending?: RunEnding;
}

/** Every handler that was entered, the first one first. */
export function taskRuns(ledgers: ReadonlyMap<string, readonly TaskLine[]>): readonly TaskRun[] {
  const runs: TaskRun[] = [];
  for (const [name, lines] of ledgers) {
    /** By task: where its newest run stands. */
    const newest = new Map<string, number>();
    for (const line of lines) {
      if (line.event === 'runStarted') {
        const { atMs: startedMs, attempt, callId: task, nonce, procedure } = line;
        newest.set(task, runs.length);
        runs.push({ task, nonce, procedure, attempt, name, startedMs });
      } else if (line.event === 'runEnded') {
        const at = newest.get(line.callId) ?? -1;
        const run = runs[at];
        if (run !== undefined) runs[at] = { ...run, endedMs: line.atMs, ending: line.ending };
      }
    }
  }
  return runs.toSorted((a, b) => a.startedMs - b.startedMs);
}

import type { BatchResult, Failure, FailureKind } from '@replyq/queue';
import type { FaultPlan } from './fault-plan.ts';

/** What goes wrong with single entries of a batch: refused, or done and nobody is told. */
export class EntryFaults {
  readonly #refused: readonly boolean[];
  readonly #unsaid: readonly boolean[];

  constructor(plan: FaultPlan, subject: string, entries: number) {
    const indices = Array.from({ length: entries }, (_, index) => index);
    this.#refused = indices.map((index) => plan.happens('entryThrottled', `${subject}.${index}`));
    this.#unsaid = indices.map(
      (index) => !this.isRefused(index) && plan.happens('entryLost', `${subject}.${index}`),
    );
  }

  isRefused(index: number): boolean {
    return this.#refused[index] === true;
  }

  /** `result` is of those that were not refused. */
  answer<T extends object>(result: BatchResult<T>): BatchResult<T> {
    if (result.kind !== 'ok') return result;
    if (!this.#refused.includes(true) && !this.#unsaid.includes(true)) return result;
    const answers = [...result.entries];
    const entries = this.#refused.map((refused, index) => {
      if (refused) return failed('throttled', 'Simulated: entryThrottled');
      const answer = answers.shift() ?? failed('unknown', 'No answer');
      return this.#unsaid[index] === true ? failed('unknown', 'Simulated: entryLost') : answer;
    });
    return { ...result, entries };
  }
}

export function failed(kind: FailureKind, error: string): Failure {
  return { kind, error };
}

import type { Fact } from '../fact.ts';
import type { Violation } from '../oracle.ts';
import { allTaskOracles } from './all-task-oracles.ts';
import { HistoryIndex } from './history-index.ts';
import type { TaskBounds } from './task-bounds.ts';
import { TaskIndex } from './task-index.ts';

/** All that a history of tasks shows to be broken, by invariant. */
export function judgeTasks(facts: readonly Fact[], bounds: TaskBounds): readonly Violation[] {
  const history = new HistoryIndex(facts);
  const tasks = new TaskIndex(history, bounds);
  return Object.values(allTaskOracles).flatMap((oracle) => oracle(history, tasks, bounds));
}

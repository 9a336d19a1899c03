import type { Violation } from '../oracle.ts';
import type { HistoryIndex } from './history-index.ts';
import type { TaskBounds } from './task-bounds.ts';
import type { TaskIndex } from './task-index.ts';

/** Reads a whole history of tasks, and nothing else. */
export type TaskOracle = (
  history: HistoryIndex,
  tasks: TaskIndex,
  bounds: TaskBounds,
) => readonly Violation[];

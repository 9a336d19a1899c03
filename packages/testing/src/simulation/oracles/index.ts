export { allOracles } from './all-oracles.ts';
export { HistoryIndex } from './history-index.ts';
export { judge } from './judge.ts';
export { allTaskOracles } from './all-task-oracles.ts';
export { judgeTasks } from './judge-tasks.ts';
export type { TaskBounds } from './task-bounds.ts';
export type { TaskOracle } from './task-oracle.ts';
export { TaskIndex, type TaskTrace } from './task-index.ts';

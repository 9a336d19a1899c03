export { allOracles } from './all-oracles.ts';
export { HistoryIndex } from './history-index.ts';
export { judge } from './judge.ts';

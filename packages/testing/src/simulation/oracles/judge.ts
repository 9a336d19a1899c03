import type { Fact } from '../fact.ts';
import type { OracleBounds, Violation } from '../oracle.ts';
import { allOracles } from './all-oracles.ts';
import { HistoryIndex } from './history-index.ts';

/** All that a history shows to be broken, by invariant. */
export function judge(facts: readonly Fact[], bounds: OracleBounds): readonly Violation[] {
  const history = new HistoryIndex(facts);
  return Object.values(allOracles).flatMap((oracle) => oracle(history, bounds));
}

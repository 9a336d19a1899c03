import { createSeededRandom } from '../seeded-random.ts';
import type { FaultRates } from './fault-plan.ts';

/** The rates of a seed in which all kinds of fault are on; a seed turns on half of them, each up to twice as often. */
const BASE_RATES: FaultRates = {
  throttled: 0.05,
  refused: 0.01,
  credentials: 0.01,
  unreachable: 0.02,
  serverError: 0.03,
  blackHole: 0.01,
  blackHoleAfter: 0.01,
  lostAnswer: 0.04,
  slowThere: 0.03,
  slowBack: 0.03,
  entryThrottled: 0.03,
  entryLost: 0.02,
  duplicate: 0.05,
  delayed: 0.05,
  fewer: 0.3,
  reappear: 0.03,
  denied: 0.004,
  recordLost: 0.02,
};

/** Of one seed. */
export function drawRates(seed: number): FaultRates {
  const stream = createSeededRandom(seed, 'swarm');
  return Object.fromEntries(
    Object.entries(BASE_RATES).map(([kind, rate = 0]) => {
      const [on, much] = [stream(), stream()];
      return [kind, on < 0.5 ? 0 : rate * 2 * much];
    }),
  );
}

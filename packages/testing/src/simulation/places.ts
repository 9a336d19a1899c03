import type { Simulation, SimHost } from './simulation.ts';
import type { SlotOptions } from './slots.ts';

const MAX_CLOCK_ERROR_MS = 600_000;

/** `requester-1`, `requester-2`, … */
export function names(role: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${role}-${index + 1}`);
}

/** A slot on a host of its own, three in ten of which have a wrong clock. */
export function placeOf<T, H extends SimHost>(
  simulation: Simulation,
  name: string,
  open: (host: H) => T,
): SlotOptions<T, H> {
  const clock = simulation.stream(`clock ${name}`);
  const wrong = clock() < 0.3 && simulation.plan.takes(`clock@${name}`);
  const wallOffsetMs = wrong ? Math.floor((clock() * 2 - 1) * MAX_CLOCK_ERROR_MS) : 0;
  return { simulation, open, name, wallOffsetMs };
}

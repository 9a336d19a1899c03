import type { Oracle, Violation } from '../oracle.ts';

/** I27: no more calls are open at once in a requester than it was told; one too many is over at once. */
export const boundsOpenCalls: Oracle = (history, { maxPendingCalls = Infinity }) => {
  const violations: Violation[] = [];
  const open = new Map<string, number>();
  const turns = [...history.calls.values()].flatMap(({ call, order, process, settlements }) => {
    const [settlement] = settlements;
    const about = { call, process };
    return settlement?.fact.outcome === 'OVERLOADED'
      ? []
      : [
          { ...about, order, by: 1 },
          { ...about, order: settlement?.order ?? Infinity, by: -1 },
        ];
  });
  for (const { by, call, process } of turns.toSorted((one, other) => one.order - other.order)) {
    const calls = (open.get(process.name) ?? 0) + by;
    open.set(process.name, calls);
    if (by < 0 || calls <= maxPendingCalls) continue;
    const message = `${call} was call ${calls} at once in ${process.name}`;
    violations.push({ invariant: 'I27', message, atMs: history.calls.get(call)?.startedMs ?? 0 });
  }
  return violations;
};

/** I27: who is turned away for want of room is told so before anything is sent. */
export const turnsAwayUnsent: Oracle = (history) => {
  const violations: Violation[] = [];
  for (const { call, request, settlements } of history.calls.values()) {
    const [settlement] = settlements;
    if (settlement?.fact.outcome !== 'OVERLOADED' || request === undefined) continue;
    const message = `${call} was turned away after it had been sent`;
    violations.push({ invariant: 'I27', message, atMs: settlement.atMs });
  }
  return violations;
};

import type { Oracle, Violation } from '../oracle.ts';
import type { HistoryIndex } from './history-index.ts';
import type { ProcessTrace } from './process-trace.ts';
import type { QueueTrace } from './traces.ts';

/** A reply queue keeps its replies for so long, and may be swept so long after its last heartbeat. */
const RETENTION_MS = 300_000;
/** Somebody sweeps once in this time. */
const PERIOD_MS = 300_000;
/** A sweep makes two tag calls a second, and its requests may be slow. */
const SWEEP_MS = 60_000;
/** Between two heartbeats, with their jitter. */
const HEARTBEAT_MS = 110_000;
/** By then a heartbeat has told the service's time, where the host's clock was ahead when it made its queue. */
const PUT_RIGHT_MS = 60_000;

/**
 * I18: while a requester lives that may sweep, the reply queue of one that has died is gone within its retention, or
 * that of the last reply in it, one period, and the time of a sweep. Whoever dies or closes just then may take a
 * sweep with it, which is made up for a period later.
 */
export const sweepsDeadQueues: Oracle = (history) => {
  const violations: Violation[] = [];
  const requesters = [...history.processes.values()].filter(({ role }) => role === 'requester');
  for (const { createdMs, deletion, maker, queue } of history.queues.queues.values()) {
    if (maker?.role !== 'requester' || maker.crashedMs === Infinity) continue;
    // Who dies at once cannot put its tags right any more.
    const aheadMs = maker.crashedMs - createdMs < PUT_RIGHT_MS ? Math.max(0, maker.aheadMs) : 0;
    const lastMs = Math.max(maker.crashedMs + aheadMs, lastStoredMs(history, queue));
    const idleMs = lastMs + RETENTION_MS;
    // What fails of a sweep is made up for, too.
    let dueMs = Math.max(idleMs, history.healedMs) + PERIOD_MS + SWEEP_MS;
    for (const endMs of requesters.map(endOf).toSorted((one, other) => one - other))
      if (endMs >= idleMs && endMs < dueMs) dueMs += PERIOD_MS;
    if ((deletion?.atMs ?? Infinity) <= dueMs) continue;
    const sweeper = sweepersOf(history).find(([process, sinceMs]) => {
      const fromMs = dueMs - PERIOD_MS - SWEEP_MS;
      const isThere = sinceMs <= fromMs && Math.min(endOf(process), history.lastMs) >= dueMs;
      return isThere && !process.stalledBetween(fromMs, dueMs);
    });
    if (sweeper === undefined) continue;
    const message = `${queue} of ${maker.name}, which died, was there ${dueMs - maker.crashedMs} ms later although ${sweeper[0].name} lived`;
    violations.push({ invariant: 'I18', message, atMs: dueMs });
  }
  return violations;
};

/** I18: nobody deletes the reply queue of a requester that lives, and had time to say so. */
export const sparesLiveQueues: Oracle = (history) => {
  const violations: Violation[] = [];
  for (const { createdMs, deletion, maker, queue } of history.queues.queues.values()) {
    if (deletion === undefined || maker?.role !== 'requester') continue;
    const { atMs, process } = deletion;
    if (process === maker || process.role !== 'requester') continue;
    if (endOf(maker) <= atMs) continue;
    const fromMs = Math.max(createdMs, atMs - RETENTION_MS);
    const stoodMs = atMs - fromMs - maker.awakeMs(fromMs, atMs);
    if (stoodMs + HEARTBEAT_MS > RETENTION_MS) continue;
    const message = `${process.name} deleted ${queue}, which ${maker.name} was using`;
    violations.push({ invariant: 'I18', message, atMs });
  }
  return violations;
};

function endOf({ closingMs, crashedMs }: ProcessTrace): number {
  return Math.min(closingMs, crashedMs);
}

/** Requesters, and since when each has a reply queue, and so looks. */
function sweepersOf(history: HistoryIndex): readonly (readonly [ProcessTrace, number])[] {
  const since = new Map<ProcessTrace, number>();
  for (const { createdMs, maker } of history.queues.queues.values()) {
    if (maker?.role !== 'requester') continue;
    since.set(maker, Math.min(since.get(maker) ?? Infinity, createdMs));
  }
  return [...since];
}

function lastStoredMs(history: HistoryIndex, queue: QueueTrace['queue']): number {
  let lastMs = -Infinity;
  for (const message of history.queues.messages.values())
    if (message.queue === queue) lastMs = Math.max(lastMs, message.storedMs);
  return lastMs;
}

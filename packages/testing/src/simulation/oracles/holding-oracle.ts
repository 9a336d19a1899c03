import type { Oracle, Violation } from '../oracle.ts';
import type { HistoryIndex } from './history-index.ts';
import type { MessageTrace, RunTrace } from './traces.ts';

/** What responders ask for unless they are told otherwise. */
const VISIBILITY_MS = 10_000;

/** What keeps a message that was brought in time. */
const HOLDING = ['changeVisibility:', 'delete:'];
const LEASING = ['claim/', 'renew/'];

/** I9: while a run is live its message is nobody else's, unless something has hit those who hold it. */
export const holdsMessages: Oracle = (history, { visibilityMs = VISIBILITY_MS }) => {
  const violations: Violation[] = [];
  for (const run of history.runs) {
    const held = heldBy(run, history);
    if (held === undefined) continue;
    const { fromMs, latestMs, message } = held;
    const again = message.receipts.find(({ order }) => order > run.order);
    if (again === undefined || isOver(run, again.order)) continue;
    // Its first extension need not leave any sooner.
    if (latestMs > visibilityMs / 3) continue;
    const span = { fromMs, toMs: again.atMs };
    if (run.process.stalledBetween(span.fromMs, span.toMs)) continue;
    if (history.faults.hit(run.process, HOLDING, span)) continue;
    const text = `${message.messageId} was received again while ${run.run} was at it`;
    violations.push({ invariant: 'I9', message: text, atMs: again.atMs });
  }
  return violations;
};

/** What a signal aborts with when neither time nor the process is over: the lease is. */
const LEASE_LOST = 'AbortError';

/** I9: while a run is live its key is held for it, unless something has hit those who hold it. */
export const renewsLeases: Oracle = (history, { sharedStore }) => {
  if (!sharedStore) return [];
  const violations: Violation[] = [];
  for (const run of history.runs) {
    const { claim, process } = run;
    if (claim === undefined || claim.key.forgotten) continue;
    const { claims, key } = claim.key;
    const again = claims[claims.indexOf(claim) + 1];
    const lost =
      run.abortReason === LEASE_LOST && run.abortedOrder < process.closingOrder
        ? { atMs: run.abortedMs, what: 'was given up' }
        : again !== undefined && !isOver(run, again.order)
          ? { atMs: again.atMs, what: 'was claimed anew' }
          : undefined;
    if (lost === undefined) continue;
    const span = { fromMs: claim.atMs, toMs: lost.atMs };
    if (process.stalledBetween(span.fromMs, span.toMs)) continue;
    if (history.faults.hit(process, LEASING, span)) continue;
    const message = `${key} ${lost.what} while ${run.run} was live`;
    violations.push({ invariant: 'I9', message, atMs: lost.atMs });
  }
  return violations;
};

interface Held {
  readonly message: MessageTrace;
  /** When it was last handed out. */
  readonly fromMs: number;
  /** The longest that it was on its way since. */
  readonly latestMs: number;
}

/** The one message that the run can be of; undefined: it may be one of several. */
function heldBy(run: RunTrace, { queues }: HistoryIndex): Held | undefined {
  let held: Held | undefined;
  const messages = new Set(
    queues.requests.get(run.callId)?.carriers.map(({ message }) => message) ?? [],
  );
  for (const message of messages) {
    for (const { atMs, deliveredMs, deliveredOrder, process } of message.receipts) {
      if (process !== run.process || deliveredOrder > run.order) continue;
      if (held !== undefined && held.message !== message) return undefined;
      const latestMs = Math.max(held?.latestMs ?? 0, deliveredMs - atMs);
      held = { message, fromMs: atMs, latestMs };
    }
  }
  return held;
}

/** Told to end, ended, or nobody's any more. */
function isOver({ abortedOrder, claim, endedOrder, process }: RunTrace, order: number): boolean {
  const claimEndedOrder = claim?.endedOrder ?? Infinity;
  const { closingOrder, crashedOrder } = process;
  return Math.min(abortedOrder, endedOrder, claimEndedOrder, closingOrder, crashedOrder) < order;
}

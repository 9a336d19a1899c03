import type { Oracle, Violation } from '../oracle.ts';

/** A window in which the failed sends of a process are counted, and how many there may be. */
const WINDOW_MS = 10_000;

/** I26: a caller writes one request to the queue a few times at most, and tries it not for ever. */
export const sendsSparingly: Oracle = (history, { maxSends, maxTries = Infinity }) => {
  const violations: Violation[] = [];
  for (const { callId, carriers, failedSends } of history.queues.requests.values()) {
    if (carriers.length + failedSends <= maxSends) continue;
    // A task that is not due is sent on as it is, by responders.
    const sent = carriers.filter(
      ({ attempt, copy, process }) => attempt === 1 && !copy && process.role !== 'responder',
    );
    const last = sent[maxSends] ?? (sent.length + failedSends > maxTries ? sent.at(-1) : undefined);
    const tries = sent.length + failedSends;
    if (last === undefined && tries <= maxTries) continue;
    const message = `The request of ${callId} was written ${sent.length} times, in ${tries} attempts`;
    violations.push({ invariant: 'I26', message, atMs: last?.storedMs ?? history.lastMs });
  }
  return violations;
};

/** I26: while sends fail, a process makes few of them. */
export const failsSlowly: Oracle = (history, { maxFailedSends = Infinity }) => {
  const violations: Violation[] = [];
  for (const { failedSendsMs, name } of history.processes.values()) {
    for (const [index, atMs] of failedSendsMs.entries()) {
      const first = failedSendsMs[index - maxFailedSends];
      if (first === undefined || atMs - first >= WINDOW_MS) continue;
      const message = `More than ${maxFailedSends} sends of ${name} failed in ${WINDOW_MS} ms`;
      violations.push({ invariant: 'I26', message, atMs });
      break;
    }
  }
  return violations;
};

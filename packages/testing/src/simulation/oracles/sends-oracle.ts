import type { Oracle, Violation } from '../oracle.ts';

/** I26: a caller writes one request to the queue a few times at most. */
export const sendsSparingly: Oracle = (history, { maxSends }) => {
  const violations: Violation[] = [];
  for (const { callId, carriers } of history.queues.requests.values()) {
    if (carriers.length <= maxSends) continue;
    const sent = carriers.filter(({ attempt, copy }) => attempt === 1 && !copy);
    const last = sent[maxSends];
    if (last === undefined) continue;
    const message = `${last.process.name} wrote the request of ${callId} ${sent.length} times`;
    violations.push({ invariant: 'I26', message, atMs: last.storedMs });
  }
  return violations;
};

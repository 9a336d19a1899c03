import type { Oracle, Violation } from '../oracle.ts';
import type { HistoryIndex } from './history-index.ts';
import type { CallTrace, Settlement } from './traces.ts';

/**
 * I2: `maybeExecuted: false` only of what has not run, and will not. Who sends a request again by
 * hand, and changed, has it answered as what it then is.
 */
export const tellsOfEffects: Oracle = (history) =>
  eachSettlement(history, ({ call, request, runs }, { fact }) => {
    const [run] = runs;
    if (fact.maybeExecuted !== false || run === undefined) return undefined;
    if (request?.tampered === true) return undefined;
    // Said by a responder of what it does not have: another version may have run a copy.
    if (fact.outcome === 'NOT_FOUND') return undefined;
    const message = `${call} failed as ${fact.outcome}, surely not executed, but ${run.run} ran at ${run.startedMs}`;
    return { invariant: 'I2', message };
  });

/** I4: no reply is delivered to another call. */
export const deliversOwnReply: Oracle = (history) =>
  eachSettlement(history, ({ call, idempotencyKey }, { fact }) =>
    fact.ownValue === false && idempotencyKey === undefined
      ? { invariant: 'I4', message: `${call} was given a value that is not its own` }
      : undefined,
  );

/** I10: whoever uses a key with another input is not given what was made of the first. */
export const refusesOtherInput: Oracle = (history) =>
  eachSettlement(history, ({ call, idempotencyKey }, { fact }) =>
    fact.ownValue === false && idempotencyKey !== undefined
      ? {
          invariant: 'I10',
          message: `${call} was given what another input of ${idempotencyKey} had led to`,
        }
      : undefined,
  );

/** I5: what is delivered is what a handler has returned: its own, or one for the same idempotency key. */
export const deliversReturnedValue: Oracle = (history) =>
  eachSettlement(history, ({ call, idempotencyKey, runs }, { fact, order }) => {
    if (fact.outcome !== 'ok') return undefined;
    if (runs.some((run) => run.succeeded && run.endedOrder < order)) return undefined;
    const byKey =
      idempotencyKey === undefined ? undefined : history.succeededByKey.get(idempotencyKey);
    if (byKey !== undefined && byKey < order) return undefined;
    return { invariant: 'I5', message: `${call} was given a value that no handler had returned` };
  });

function eachSettlement(
  { calls }: HistoryIndex,
  judge: (call: CallTrace, settlement: Settlement) => Omit<Violation, 'atMs'> | undefined,
): readonly Violation[] {
  const violations: Violation[] = [];
  for (const call of calls.values()) {
    for (const settlement of call.settlements) {
      const broken = judge(call, settlement);
      if (broken !== undefined) violations.push({ ...broken, atMs: settlement.atMs });
    }
  }
  return violations;
}

/** An attribute as it is and as it is to be. Times in milliseconds, under our names; others under SQS's. */
export interface AttributeChange {
  readonly attribute: string;
  /** Absent: the queue does not exist, or has no such attribute. */
  readonly have?: string;
  readonly want: string;
  /** Why it is not made although changes are. */
  readonly held?: string;
}

export type PlannedAction =
  /** It does not exist. */
  | 'create'
  /** It exists, differs, and is to be changed. */
  | 'update'
  /** It exists and differs, and nobody asked for a change. */
  | 'drift'
  | 'none';

export interface PlannedQueue {
  readonly queue: string;
  readonly role: 'work' | 'deadLetters';
  readonly action: PlannedAction;
  readonly changes: readonly AttributeChange[];
  /** Whether the action was carried out; of `drift` and `none` there is nothing to do. */
  readonly done: boolean;
  readonly error?: string;
}

/** What there is to do, or, unless it was a dry run, what was done. */
export interface QueuePlan {
  readonly dryRun: boolean;
  /** Dead-letter queues stand before the queues that use them. */
  readonly queues: readonly PlannedQueue[];
  /** Every queue is as it should be, or would be: no drift, nothing failed. */
  readonly ok: boolean;
}

const SIGNS = { create: '+', update: '~', drift: '!', none: '=' } as const;

/** A plan for people: a line a queue, a line an attribute that differs. */
export function formatPlan(plan: QueuePlan): string {
  return plan.queues.map((queue) => formatQueue(queue, plan.dryRun)).join('\n');
}

function formatQueue(planned: PlannedQueue, dryRun: boolean): string {
  const { action, changes, queue, role } = planned;
  const what = role === 'work' ? 'queue' : 'dead letters';
  const lines = [`${SIGNS[action]} ${queue} (${what}): ${outcome(planned, dryRun)}`];
  for (const { attribute, have, held, want } of changes) {
    const from = have === undefined ? '' : `${have} → `;
    lines.push(`    ${attribute}: ${from}${want}${held === undefined ? '' : `  (left: ${held})`}`);
  }
  return lines.join('\n');
}

function outcome({ action, done, error }: PlannedQueue, dryRun: boolean): string {
  if (error !== undefined) return `failed: ${error}`;
  switch (action) {
    case 'none':
      return 'as it should be';
    case 'drift':
      return 'differs, and is left as it is (update: true changes it)';
    case 'create':
      return done ? 'created' : dryRun ? 'would be created' : 'not created';
    case 'update':
      return done ? 'updated' : dryRun ? 'would be updated' : 'not updated';
  }
}

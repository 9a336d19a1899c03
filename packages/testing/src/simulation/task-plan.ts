import type { Work } from './call-plan.ts';

/** One task that the workload enqueues. */
export interface TaskPlan {
  /** Its name in the history. */
  readonly task: string;
  readonly atMs: number;
  /** Which producer enqueues it. */
  readonly producer: number;
  /** `workAgain` is idempotent: it may be done twice without harm. */
  readonly procedure: 'work' | 'workAgain';
  /** Handed over together with the one before it, in one request. */
  readonly joined: boolean;
  /** How long its producer tries to hand it over. */
  readonly timeoutMs: number;
  /** Not to be run before so long. */
  readonly delayMs: number;
  /** Tasks of one id are to be done once between them. They have the same work. */
  readonly deduplicationId?: string;
  /** On FIFO queues. */
  readonly groupId?: string;
  readonly work: TaskWork;
  readonly probe?: true;
}

/** What its handler does. */
export interface TaskWork {
  /** `declared`: it says that another run would fail, too. `die`: it takes its process with it. */
  readonly kind: Work['kind'] | 'die';
  /** How long a run takes. */
  readonly forMs: number;
  /** In how many attempts it does so; those after them return soon. */
  readonly attempts: number;
}

export interface TaskPlansOptions {
  readonly random: () => number;
  readonly tasks: number;
  readonly producers: number;
  /** Tasks are enqueued between 0 and this. */
  readonly overMs: number;
  /** The longest delay. */
  readonly maxDelayMs: number;
  readonly fifo: boolean;
}

const ALWAYS = 1000;
const HANDED_OVER_MS = 20_000;
const QUARTER_MS = 900_000;
const MOMENTS = 4;
const BURST_MS = 20_000;
const DEDUPLICATION_IDS = 5;
const GROUPS = 3;

/** Draws the tasks of a run. */
export function drawTaskPlans(options: TaskPlansOptions): readonly TaskPlan[] {
  const { overMs, random, tasks } = options;
  const moments = Array.from({ length: MOMENTS }, () => Math.floor(random() * overMs));
  const plans: TaskPlan[] = [];
  for (let number = 1; number <= tasks; number += 1)
    plans.push(drawTask(number, moments, plans.at(-1), options));
  return plans;
}

function drawTask(
  number: number,
  moments: readonly number[],
  before: TaskPlan | undefined,
  { fifo, maxDelayMs, producers, random }: TaskPlansOptions,
): TaskPlan {
  // All drawn, whatever they are used for: one task's nature does not shift the next one's.
  const dice = Array.from({ length: 11 }, random);
  const [when = 0, spread = 0, who = 0, what = 0, how = 0, forHow = 0, often = 0] = dice;
  const [late = 0, much = 0, same = 0, group = 0] = dice.slice(7);
  const joins = before !== undefined && when < 0.3;
  const at = moments[Math.floor(when * 1000) % MOMENTS] ?? 0;
  const id = same < 0.25 ? Math.floor(same * 4 * DEDUPLICATION_IDS) + 1 : undefined;
  return {
    task: `t${number}`,
    atMs: joins ? before.atMs : at + Math.floor(spread * spread * BURST_MS),
    producer: joins ? before.producer : Math.floor(who * producers),
    procedure: joins ? before.procedure : what < 0.85 ? 'work' : 'workAgain',
    joined: joins,
    timeoutMs: HANDED_OVER_MS,
    delayMs: fifo ? 0 : delayOf(late, much, maxDelayMs),
    work:
      id === undefined
        ? workOf(how, forHow, often)
        : workOf(id / DEDUPLICATION_IDS - 0.04, id / DEDUPLICATION_IDS, id / DEDUPLICATION_IDS),
    ...(id === undefined ? {} : { deduplicationId: `d${id}` }),
    ...(fifo && group < 0.8 ? { groupId: `g${Math.floor((group / 0.8) * GROUPS) + 1}` } : {}),
  };
}

/** Around a quarter of an hour, which is as long as SQS holds a message back, what is to be done changes. */
function delayOf(late: number, much: number, maxDelayMs: number): number {
  if (late < 0.5) return 0;
  if (late < 0.65) return Math.min(maxDelayMs, 1000 + Math.floor(much * 60_000));
  if (late < 0.75 && maxDelayMs > QUARTER_MS) return QUARTER_MS + Math.floor(much * 3 - 1) * 1000;
  return Math.floor(much * maxDelayMs);
}

function workOf(how: number, forHow: number, often: number): TaskWork {
  const always = often > 0.8;
  const attempts = always ? ALWAYS : 1 + Math.floor(often * 3);
  if (how < 0.55) return { kind: 'return', forMs: Math.floor(forHow * 40), attempts: ALWAYS };
  if (how < 0.68) return { kind: 'return', forMs: Math.floor(forHow * 18_000), attempts };
  if (how < 0.8) return { kind: 'throw', forMs: Math.floor(forHow * 500), attempts };
  if (how < 0.85) return { kind: 'declared', forMs: Math.floor(forHow * 500), attempts: ALWAYS };
  // Past its time: the first heeds its signal, the second does not.
  if (how < 0.9) return { kind: 'return', forMs: 40_000, attempts };
  if (how < 0.95)
    return { kind: 'ignoreSignal', forMs: 22_000 + Math.floor(forHow * 20_000), attempts };
  return { kind: 'die', forMs: Math.floor(forHow * 2000), attempts };
}

/** What a run does, by the number of the attempt that it is. */
export function workOfAttempt({ attempts, forMs, kind }: TaskWork, attempt: number): Work {
  if (attempt > attempts) return { kind: 'return', forMs: 5, replyChars: 0 };
  // It does not live to see the end.
  if (kind === 'die') return { kind: 'return', forMs: forMs + 1000, replyChars: 0 };
  return { kind, forMs, replyChars: 0 };
}

import type { FaultPlan } from './fault-plan.ts';

/** One call that the workload makes. */
export interface CallPlan {
  /** Its name in the history. */
  readonly call: string;
  readonly atMs: number;
  /** Which requester makes it. */
  readonly requester: number;
  readonly procedure: 'ask' | 'act' | 'actAgain';
  readonly timeoutMs: number;
  readonly work: Work;
  /** Calls of one key are attempts at one effect: they should have the same input. */
  readonly idempotencyKey?: string;
  /** What the input says beside the work. Default: the key, or else the call. */
  readonly subject?: string;
  /** The caller gives up this long after the start. */
  readonly abortAfterMs?: number;
  readonly probe?: true;
}

/** What the handler does. */
export interface Work {
  readonly kind: 'return' | 'throw' | 'declared' | 'ignoreSignal';
  readonly forMs: number;
  /** Characters of the reply beside the rest. */
  readonly replyChars: number;
}

export interface CallPlansOptions {
  readonly random: () => number;
  readonly plan: FaultPlan;
  readonly calls: number;
  readonly requesters: number;
  /** Calls begin between 0 and this. */
  readonly overMs: number;
}

/** Three quarters of the calls take milliseconds, the others up to 15 s. */
const LONG = 0.75;
/** Share of the seeds in which all calls begin in one instant. */
const HERDS = 0.04;

/** Draws the calls of a run. A call that the plan has muted is drawn and left out. */
export function drawCallPlans(options: CallPlansOptions): readonly CallPlan[] {
  const { calls, plan } = options;
  const [herd, herdAt] = [options.random(), options.random()];
  const drawn = Array.from({ length: calls }, (_, index) => drawCall(index, options));
  const herdMs = Math.floor(herdAt * options.overMs);
  const plans = herd < HERDS ? drawn.map((each) => ({ ...each, atMs: herdMs })) : drawn;
  return plans.filter(({ call }) => plan.admits(`call@${call}`));
}

function drawCall(index: number, { overMs, random, requesters }: CallPlansOptions): CallPlan {
  // All drawn, whatever they are used for: one call's nature does not shift the next one's.
  const [at, who, what, how, forHow, time, giveUp, key, bulk] = Array.from(
    { length: 9 },
    random,
  ) as [number, number, number, number, number, number, number, number, number];
  const call = `c${index + 1}`;
  // Bursts: a third of the calls begins in one of four instants.
  const atMs = at < 1 / 3 ? Math.floor(at * 12) * (overMs / 4) : Math.floor(at * overMs);
  const procedure = what < 0.2 ? 'ask' : what < 0.85 ? 'act' : 'actAgain';
  const timeoutMs = time < 0.15 ? 1000 : time < 0.7 ? 10_000 : 25_000;
  const keyed = procedure === 'act' && key < 0.4;
  // Few keys, so that several calls share one, and with it the work; one in ten is another input's.
  const keyNumber = Math.floor(key * 20);
  const idempotencyKey = `k${keyNumber + 1}`;
  const subject = bulk < 0.1 ? `${idempotencyKey}, wrongly` : idempotencyKey;
  const long = keyed ? keyNumber / 8 : forHow;
  // A fifth of the long work goes on whatever it is told.
  const deaf = !keyed && long >= LONG && how >= 0.7 && how < 0.9;
  const kind = keyed ? (keyNumber % 4 === 3 ? 0.92 : 0.5) : deaf ? 1 : how;
  return {
    call,
    atMs,
    requester: Math.floor(who * requesters),
    procedure,
    timeoutMs,
    work: {
      kind:
        kind < 0.9 ? 'return' : kind < 0.94 ? 'throw' : kind < 0.97 ? 'declared' : 'ignoreSignal',
      forMs: long < LONG ? Math.floor(long * 40) : Math.floor((long - LONG) * 60_000),
      replyChars: !keyed && bulk > 0.97 ? 40_000 : 0,
    },
    ...(keyed ? { idempotencyKey, subject } : {}),
    ...(giveUp < 0.08 ? { abortAfterMs: Math.floor(giveUp * 50_000) } : {}),
  };
}

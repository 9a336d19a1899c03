import { createSeededRandom } from '@replyq/testing';
import type { ErrandName } from './contract.ts';

/** One task, as its producer means it. */
export interface Errand {
  readonly number: number;
  readonly nonce: string;
  readonly procedure: ErrandName;
  readonly delayMs: number;
  /** All producers enqueue it, with its nonce as the deduplication id. */
  readonly shared: boolean;
  readonly workMs: number;
  readonly failures: number;
  readonly fillerLength: number;
}

/** Of twenty tasks, one that each producer enqueues. */
const SHARED_EACH = 20;
const DOOMED_SHARE = 0.01;
const DELAYED_SHARE = 0.05;
const FAILING_SHARE = 0.1;
const MOST_FAILURES = 3;
const SLOW_SHARE = 0.01;
/** To longer than a message stays hidden. */
const SLOW_MS = [500, 4000] as const;
const QUICK_MS = [0, 30] as const;

/** A producer's tasks. Whatever lives it has had, a number is always the same task. */
export function planErrand(seed: number, producer: string, number: number): Errand {
  const shared = number % SHARED_EACH === SHARED_EACH - 1;
  const nonce = `${shared ? 'shared' : producer}~${number}`;
  const random = createSeededRandom(seed, nonce);
  const among = (most: number): number => 1 + Math.floor(random() * most);
  const doomed = random() < DOOMED_SHARE && !shared;
  const delayed = random() < DELAYED_SHARE;
  const failing = random() < FAILING_SHARE;
  const [from, to] = random() < SLOW_SHARE ? SLOW_MS : QUICK_MS;
  return {
    number,
    nonce,
    procedure: doomed ? 'doomed' : 'work',
    delayMs: delayed ? among(3) * 1000 : 0,
    shared,
    workMs: Math.round(from + random() * (to - from)),
    failures: failing ? among(MOST_FAILURES) : 0,
    fillerLength: Math.floor(random() * 600),
  };
}

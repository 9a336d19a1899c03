import { refused } from './names.ts';

/** How a task is tried. Its worker goes by its own copy of the contract, not by the producer's. */
export interface TaskSettings {
  /** Runs at most, the first included: 1 to 1000. Default 5. */
  readonly attempts?: number;
  /** Pause after a run that failed. Doubles from one to the next, each shortened by chance by up to a half. */
  readonly backoff?: {
    /** After the first run: 0 to 900,000. Default 1000. */
    readonly initialMs?: number;
    /** At most: up to 900,000, which is as long as SQS holds a message back. Default 900,000. */
    readonly maxMs?: number;
  };
  /** Held back so long where `enqueue` does not say: 0 to ten years. Default 0. */
  readonly delayMs?: number;
}

export interface ResolvedTaskSettings {
  readonly attempts: number;
  readonly backoff: { readonly initialMs: number; readonly maxMs: number };
  readonly delayMs: number;
}

/** As long as SQS holds a message back. A task that is due later is sent on by whoever receives it. */
export const MAX_HELD_BACK_MS: number = 900_000;
const MAX_ATTEMPTS = 1000;
/** Who waits longer has another problem than a queue. */
export const MAX_DELAY_MS: number = 10 * 365 * 86_400_000;

/** Of one run of a task that says nothing: no caller waits, so it may take longer than a call. */
export const DEFAULT_TASK_TIMEOUT_MS: number = 300_000;

/** What holds for a mutation that is enqueued though it is not declared as a task. */
export const DEFAULT_TASK: ResolvedTaskSettings = resolveTaskSettings({});

/** Completes the settings. Throws an `RpcError` that quotes the bad value. */
export function resolveTaskSettings(settings: TaskSettings): ResolvedTaskSettings {
  const { attempts = 5, backoff = {}, delayMs = 0 } = settings;
  const { initialMs = 1000, maxMs = MAX_HELD_BACK_MS } = backoff;
  assertInteger('attempts', attempts, 1, MAX_ATTEMPTS);
  assertInteger('backoff.initialMs', initialMs, 0, MAX_HELD_BACK_MS);
  assertInteger('backoff.maxMs', maxMs, 0, MAX_HELD_BACK_MS);
  assertInteger('delayMs', delayMs, 0, MAX_DELAY_MS);
  if (maxMs < initialMs) {
    throw refused(`backoff.maxMs is ${maxMs}: expected at least backoff.initialMs, ${initialMs}.`);
  }
  return Object.freeze({
    attempts,
    backoff: Object.freeze({ initialMs, maxMs }),
    delayMs,
  });
}

function assertInteger(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw refused(`${name} is ${String(value)}: expected an integer from ${min} to ${max}.`);
}

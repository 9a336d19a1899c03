import { sleep, type Runtime } from '@replyq/contract/transport';
import type { Failure } from '@replyq/queue';

/** Nobody waits for an administrator's work: it leaves the service time to recover. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
const ATTEMPTS = 6;

const PASSING: ReadonlySet<string> = new Set(['throttled', 'unknown', 'unreachable']);

/** Whether the same request may succeed later. */
export function isPassing({ kind }: { readonly kind: string }): boolean {
  return PASSING.has(kind);
}

/** Pauses after attempt number `attempt`; false: no more attempts, or the signal has aborted. */
export async function pauseAfter(
  attempt: number,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<boolean> {
  if (attempt >= ATTEMPTS || signal.aborted) return false;
  const bound = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
  await sleep(runtime, runtime.random() * bound, { signal, keepAlive: true });
  return !signal.aborted;
}

/** Longer than any request. */
const LONGEST_REQUEST_MS = 2 ** 31 - 1;

/** Somebody waits for the answer, whatever the transport has open: memory's own timers keep nothing alive. */
async function keptAlive<R>(runtime: Runtime, call: () => Promise<R>): Promise<R> {
  const timer = runtime.setTimer(LONGEST_REQUEST_MS, () => undefined, { keepAlive: true });
  try {
    return await call();
  } finally {
    timer.cancel();
  }
}

/** Repeats a request that changes nothing when it is repeated, while its failures may pass. */
export async function patiently<R extends { readonly kind: string }>(
  runtime: Runtime,
  signal: AbortSignal,
  call: () => Promise<R | Failure>,
): Promise<R | Failure> {
  for (let attempt = 1; ; attempt += 1) {
    if (signal.aborted) return { kind: 'aborted', error: 'It was ended' };
    const result = await keptAlive(runtime, call);
    if (!isPassing(result) || !(await pauseAfter(attempt, runtime, signal))) return result;
  }
}

/** For who gave no signal. */
export function neverAborted(): AbortSignal {
  return new AbortController().signal;
}

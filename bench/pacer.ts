// A thread that says when to call: at a fixed rate, to a tenth of a millisecond.
import { parentPort, workerData } from 'node:worker_threads';
import { sharedNowMs } from './shared-clock.ts';

interface Pace {
  readonly intervalMs: number;
  readonly jitter: boolean;
}

const { intervalMs, jitter } = workerData as Pace;
const never = new Int32Array(new SharedArrayBuffer(4));

for (let beginMs = sharedNowMs() + intervalMs; ; beginMs += intervalMs) {
  const intendedMs = jitter ? beginMs + Math.random() * intervalMs : beginMs;
  const waitMs = intendedMs - sharedNowMs();
  if (waitMs > 0) Atomics.wait(never, 0, 0, waitMs);
  parentPort?.postMessage(intendedMs, []);
}

import type { Runtime } from '@replyq/contract/transport';

/**
 * Started now; tells how long ago that was, by whichever clock says more: the monotonic one stands still
 * while the host sleeps, and the wall clock may step back. For what is harmless when done too early.
 */
export function startStopwatch(runtime: Runtime): () => number {
  const startedMs = runtime.monotonicMs();
  const startedWallMs = runtime.nowMs();
  return () => Math.max(runtime.monotonicMs() - startedMs, runtime.nowMs() - startedWallMs);
}

const MINUTE_MS = 60_000;

/** How long a run is, before it may heal. */
export interface TaskSpan {
  readonly faultsMs: number;
  /** In how much of it tasks are enqueued. */
  readonly enqueuedMs: number;
}

/** Most are short; in others tasks are sent on, a few times or many. */
export function drawTaskSpan(random: () => number): TaskSpan {
  const kind = random();
  if (kind < 0.6) return { faultsMs: 3 * MINUTE_MS, enqueuedMs: 2 * MINUTE_MS };
  if (kind < 0.9) return { faultsMs: 40 * MINUTE_MS, enqueuedMs: 20 * MINUTE_MS };
  return { faultsMs: 180 * MINUTE_MS, enqueuedMs: 60 * MINUTE_MS };
}

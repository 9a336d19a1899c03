/** The instants of a schedule: the same for whoever computes them, from wherever it begins. */
export interface Ticks {
  /** The first tick after an instant, epoch milliseconds. Undefined: there is none. */
  after(ms: number): number | undefined;
  /** The last tick at an instant or before it. */
  upTo(ms: number): number | undefined;
}

/** Each `everyMs`, counted from the epoch, and `offsetMs` later. */
export function evenTicks(everyMs: number, offsetMs: number): Ticks {
  const upTo = (ms: number): number => Math.floor((ms - offsetMs) / everyMs) * everyMs + offsetMs;
  return { upTo, after: (ms) => upTo(ms) + everyMs };
}

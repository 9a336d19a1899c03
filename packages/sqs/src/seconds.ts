// SQS counts in whole seconds, everything above this package in milliseconds.

/** Rounded up: a wait, a delay or an invisibility is never shorter than asked for. */
export function toSeconds(ms: number): number {
  return Math.ceil(ms / 1_000);
}

export function fromSeconds(seconds: number): number {
  return seconds * 1_000;
}

/**
 * Time, randomness and ids. Everything in replyq's packages takes them from here and nowhere else,
 * so that a seeded simulation can drive the real code. {@link systemRuntime} is the platform's.
 */
export interface Runtime {
  /** Wall clock, epoch milliseconds. Only for what goes on the wire; it may step. */
  nowMs(): number;
  /** Milliseconds from an arbitrary origin; never steps back. For every interval and deadline. */
  monotonicMs(): number;
  /**
   * Calls `fire` once, `delayMs` from now at the earliest; 0: after the input that is there already
   * was read. `fire` must not throw.
   */
  setTimer(delayMs: number, fire: () => void, options?: TimerOptions): Timer;
  /** Uniform in [0, 1). For jitter; never for ids. */
  random(): number;
  /** `length` characters of `[A-Za-z0-9_-]`, 6 bits of cryptographic randomness each. */
  createId(length: number): string;
}

export interface TimerOptions {
  /** Whether this timer alone keeps the process alive. Default false: only open calls do. */
  readonly keepAlive?: boolean;
}

export interface Timer {
  /** The timer will not fire. Idempotent; harmless after it has fired. */
  cancel(): void;
}

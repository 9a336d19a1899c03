import type { Settlement } from './incoming.ts';

export const ACK: Settlement = { kind: 'ack' };

/** Pause before a request whose reply could not be sent, or whose run was cut short, comes again. */
export const RETRY_DELAY_MS = 1000;
/** How long a foreign message that nobody answers stays invisible between two looks. */
const FOREIGN_DELAY_MS = 15 * 60_000;

export const RETRY: Settlement = { kind: 'release', delayMs: RETRY_DELAY_MS };

/** To another process, at once: this one is closing. */
export const GIVE_BACK: Settlement = { kind: 'release', delayMs: 0 };

/** For whoever reads the queue, too, or for its retention. */
export const LEAVE: Settlement = { kind: 'release', delayMs: FOREIGN_DELAY_MS };

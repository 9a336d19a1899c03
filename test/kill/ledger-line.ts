/** What a process under test has seen, one line each. Times are of one clock that all processes share. */
export type LedgerLine = { readonly atMs: number } & LedgerEvent;

export type RunLine = { readonly atMs: number } & RunEvent;

export type LedgerEvent = RequesterEvent | ResponderEvent;

export type RequesterEvent =
  /** Its reply queues have the client id in their names. */
  | { readonly event: 'requester'; readonly clientId: string }
  | {
      readonly event: 'call';
      readonly id: string;
      readonly nonce: string;
      readonly procedure: 'look' | 'change';
      readonly timeoutMs: number;
      /** With an idempotency key, which is the nonce. */
      readonly keyed: boolean;
      /** The timeout is meant to come before the reply. */
      readonly impatient: boolean;
      /** Made when all was well again: it must succeed. */
      readonly probe: boolean;
    }
  | {
      readonly event: 'settled';
      readonly id: string;
      /** `OK`, or the error's code; `remote` before it if a responder has sent it. */
      readonly kind: string;
      readonly maybeExecuted: boolean;
      /** What came back instead of what was sent. */
      readonly wrong?: string;
    };

export type ResponderEvent = { readonly event: 'responder' } | RunEvent;

/** What is judged of runs and of the store that remembers them. */
export type RunEvent =
  | { readonly event: 'runStarted'; readonly nonce: string; readonly callId: string }
  | { readonly event: 'runEnded'; readonly nonce: string; readonly callId: string }
  /** The store said `run`. `askedAtMs` is before it was asked, `atMs` after. */
  | { readonly event: 'claimed'; readonly key: string; readonly askedAtMs: number }
  /** After the store has said so. */
  | { readonly event: 'recorded'; readonly key: string };

const RUN_EVENTS: ReadonlySet<string> = new Set<RunEvent['event']>([
  'runStarted',
  'runEnded',
  'claimed',
  'recorded',
]);

export function isRunLine(line: { readonly event: string }): line is RunLine {
  return RUN_EVENTS.has(line.event);
}

/**
 * `malformed`: not what the wire prescribes. `tooLarge`: past a limit of {@link WireLimits}.
 * `unsupported`: well formed, but a type that does not travel.
 */
export type WireErrorReason = 'malformed' | 'tooLarge' | 'unsupported';

/**
 * The codec's one error. Its message is safe to log and to send: of a peer's text it quotes at most
 * a path, capped in length, with control characters escaped.
 */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly reason: WireErrorReason;

  constructor(reason: WireErrorReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

export function malformed(message: string): WireError {
  return new WireError('malformed', message);
}

export function tooLarge(message: string): WireError {
  return new WireError('tooLarge', message);
}

export function unsupported(message: string): WireError {
  return new WireError('unsupported', message);
}

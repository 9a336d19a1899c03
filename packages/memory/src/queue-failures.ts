import type { Failure } from '@replyq/queue';

export const closed: Failure = { kind: 'unreachable', error: 'The service is closed' };

export function gone(queue: string): Failure {
  return { kind: 'gone', error: `Queue ${queue} does not exist` };
}

export const notOurs: Failure = {
  kind: 'staleHandle',
  error: 'Not a receipt handle of this queue',
};
export const notInFlight: Failure = { kind: 'staleHandle', error: 'The message is not in flight' };
export const handleExpired: Failure = {
  kind: 'staleHandle',
  error: 'The receipt handle has expired',
};
export const purgedLately: Failure = { kind: 'throttled', error: 'Purged less than 60 s ago' };

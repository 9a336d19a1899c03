import { RpcError } from '@replyq/contract';

/** What an option is refused with. */
export function refused(message: string): RpcError {
  return new RpcError({ code: 'BAD_REQUEST', message });
}

/**
 * A misspelt `dryRun` must not be a run.
 *
 * @throws RpcError BAD_REQUEST where `given` is no object, or has a key that is not `known`, which it quotes.
 */
export function refuseUnknown(
  about: string,
  given: unknown,
  known: Readonly<Record<string, true>>,
): void {
  if (typeof given !== 'object' || given === null) {
    throw refused(`${about}: ${given === null ? 'null' : `a ${typeof given}`} is not an object.`);
  }
  const key = Object.keys(given).find((name) => !Object.hasOwn(known, name));
  if (key === undefined) return;
  const names = Object.keys(known).join(', ');
  throw refused(`${about}: there is no ${JSON.stringify(key.slice(0, 200))}; there are ${names}.`);
}

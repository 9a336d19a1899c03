import type { Failure, ReceiveRequest, ServiceLimits } from '@replyq/queue';
import { MAX_VISIBILITY_MS } from './queue-settings.ts';
import { rangeFault } from './range-fault.ts';

/** Why a batch of so many entries is refused as a whole, or undefined. */
export function batchFault(entries: number, limits: ServiceLimits): Failure | undefined {
  return invalidIf(rangeFault('The number of entries', entries, 1, limits.maxBatchEntries));
}

/** Why a batch of messages of these sizes is refused as a whole, or undefined. */
export function sendBatchFault(
  sizes: readonly number[],
  limits: ServiceLimits,
): Failure | undefined {
  const fault = batchFault(sizes.length, limits);
  if (fault !== undefined) return fault;
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes <= limits.maxBatchBytes) return undefined;
  const error = `The batch has ${bytes} bytes, ${limits.maxBatchBytes} are allowed`;
  return { kind: 'tooLarge', error };
}

/** Why a receive is refused, or undefined. */
export function receiveFault(
  { maxMessages, waitMs, visibilityMs }: ReceiveRequest,
  limits: ServiceLimits,
): Failure | undefined {
  return (
    invalidIf(
      rangeFault('maxMessages', maxMessages, 1, limits.maxBatchEntries) ??
        rangeFault('waitMs', waitMs, 0, limits.maxWaitMs),
    ) ?? visibilityFault(visibilityMs)
  );
}

/** Why a visibility timeout is refused, or undefined. */
export function visibilityFault(visibilityMs: number): Failure | undefined {
  return invalidIf(rangeFault('visibilityMs', visibilityMs, 0, MAX_VISIBILITY_MS));
}

export function invalidIf(error: string | undefined): Failure | undefined {
  return error === undefined ? undefined : { kind: 'invalid', error };
}

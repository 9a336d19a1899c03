import { RpcError } from '@replyq/contract';
import type { QueueAccess } from '@replyq/queue';
import { neverAborted, patiently } from '../patience.ts';
import { refused, refuseUnknown } from '../refused.ts';
import { attributesOf, type FoundDeadLetterQueue } from './dead-letter-queue.ts';

export interface PurgeOptions {
  /** The name of the dead-letter queue, written out: what is purged is gone. */
  readonly confirm: string;
  /** Counts only. Default false. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

export interface PurgeReport {
  /** The dead-letter queue. */
  readonly queue: string;
  readonly dryRun: boolean;
  /** Messages in it before, approximately. With `dryRun`: what would have gone. */
  readonly found: number;
  readonly purged: boolean;
  /** Why not. */
  readonly error?: string;
}

const OPTIONS: Readonly<Record<keyof PurgeOptions, true>> = {
  confirm: true,
  dryRun: true,
  signal: true,
};

/** @throws RpcError BAD_REQUEST. */
export function assertPurgeOptions(options: PurgeOptions): void {
  if (typeof options?.confirm !== 'string') {
    throw refused('purge wants the name of the dead-letter queue as `confirm`.');
  }
  refuseUnknown('purge', options, OPTIONS);
}

/** Rejects with an `RpcError` BAD_REQUEST where the name is not that of the queue. */
export async function purge(
  access: QueueAccess,
  { name, queueUrl }: FoundDeadLetterQueue,
  { confirm, dryRun = false, signal = neverAborted() }: PurgeOptions,
): Promise<PurgeReport> {
  if (confirm !== name) {
    const message = `confirm is ${JSON.stringify(confirm)}: the dead-letter queue is "${name}".`;
    throw new RpcError({ code: 'BAD_REQUEST', queue: name, message });
  }
  const { delayedCount, inFlightCount, visibleCount } = await attributesOf(access, queueUrl);
  const about = { queue: name, dryRun, found: visibleCount + inFlightCount + delayedCount };
  if (dryRun) return { ...about, purged: false };
  const { admin, runtime } = access;
  const result = await patiently(runtime, signal, () => admin.purgeQueue({ queueUrl }));
  return result.kind === 'ok'
    ? { ...about, purged: true }
    : { ...about, purged: false, error: result.error };
}

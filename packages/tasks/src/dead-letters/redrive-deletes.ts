import type { Failure, ReceivedMessage } from '@replyq/queue';
import { isPassing, neverAborted, patiently } from '../patience.ts';
import type { RedriveMovesOptions } from './redrive-moves.ts';

/** A message of which nothing is missing elsewhere, and how many of its entries were sent. */
export interface Emptied {
  readonly message: ReceivedMessage;
  readonly sent: number;
}

type DeleteOptions = Pick<RedriveMovesOptions, 'access' | 'queue' | 'reader' | 'tally'>;

/** Why no more may be moved: what is sent could not be deleted either. Undefined: more may. Never rejects. */
export async function deleteMoved(
  emptied: readonly Emptied[],
  options: DeleteOptions,
): Promise<string | undefined> {
  const size = options.access.api.service.limits.maxBatchEntries;
  let failure: Failure | undefined;
  for (let at = 0; at < emptied.length; at += size) {
    failure = (await deleteBatch(emptied.slice(at, at + size), options)) ?? failure;
  }
  return failure && `Cannot delete from "${options.queue.name}": ${failure.error}`;
}

async function deleteBatch(
  batch: readonly Emptied[],
  { access, queue, reader, tally }: DeleteOptions,
): Promise<Failure | undefined> {
  const { api, runtime } = access;
  const undeleted = new Set(batch);
  let left = batch;
  let failure: Failure | undefined;
  // Not the caller's signal: what was sent is to be deleted.
  const end = await patiently(runtime, neverAborted(), async () => {
    const receiptHandles = left.map(({ message }) => message.receiptHandle);
    const result = await api.deleteBatch({ queueUrl: queue.queueUrl, receiptHandles });
    if (result.kind !== 'ok') return result;
    let passing: Failure | undefined;
    left = left.filter((each, index) => {
      const entry = result.entries[index] ?? UNMENTIONED;
      if (entry.kind === 'ok') undeleted.delete(each);
      else if (isPassing(entry)) passing = entry;
      // A message that was lost meanwhile says nothing of the next ones.
      else if (entry.kind !== 'staleHandle') failure = entry;
      return isPassing(entry);
    });
    return passing ?? result;
  });
  for (const each of batch) {
    if (undeleted.has(each)) tally.maybeDoubled += each.sent;
    else reader.deleted(each.message);
  }
  return end.kind === 'ok' ? failure : end;
}

const UNMENTIONED: Failure = { kind: 'unknown', error: 'The answer does not mention this entry' };

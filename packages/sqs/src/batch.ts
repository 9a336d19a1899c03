import type { BatchResultErrorEntry } from '@aws-sdk/client-sqs';
import type { Failure } from '@replyq/queue';
import { entryFailure } from './sqs-error.ts';

/** A batch's entries by what SQS says of each: in `Successful` or in `Failed`, found by its Id. */
export interface BatchAnswer<Success extends { readonly Id: string | undefined }> {
  readonly Successful?: readonly Success[] | undefined;
  readonly Failed?: readonly BatchResultErrorEntry[] | undefined;
}

/** The Id of the entry at `index`; {@link matchBatch} reads it back. */
export function entryId(index: number): string {
  return String(index);
}

const MISSING: Failure = { kind: 'unknown', error: 'the answer does not mention this entry' };
const TWICE: Failure = { kind: 'unknown', error: 'the answer mentions this entry more than once' };

/**
 * The result of each of `count` entries. One that the answer leaves out, or mentions more than
 * once, is `unknown`; Ids that we never gave are ignored.
 */
export function matchBatch<Success extends { readonly Id: string | undefined }, Ok>(
  count: number,
  answer: BatchAnswer<Success>,
  toResult: (success: Success) => Ok | Failure,
): (Ok | Failure)[] {
  const results: (Ok | Failure)[] = Array.from({ length: count }, () => MISSING);
  const put = (id: string | undefined, result: Ok | Failure): void => {
    const index = Number(id);
    // Compared as text: Number also takes '', ' 1' and '01', which are no Ids of ours.
    if (index < count && entryId(index) === id) {
      results[index] = results[index] === MISSING ? result : TWICE;
    }
  };
  for (const success of answer.Successful ?? []) put(success.Id, toResult(success));
  for (const failed of answer.Failed ?? []) put(failed.Id, entryFailure(failed));
  return results;
}

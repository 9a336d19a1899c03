import { parseQueueArn, type QueueAttributeChanges, type QueueAttributes } from '@replyq/queue';
import type { ResolvedQueueSetUp } from './queue-set-up.ts';

/** SQS: a dead-letter queue names at most ten sources. */
export const MOST_SOURCES = 10;

/** What a work queue is to have. */
export function workAttributes(setUp: ResolvedQueueSetUp, deadLetterArn: string): Wanted {
  const { encryption, extra, fifo, maxReceiveCount, retentionMs, visibilityMs } = setUp;
  return {
    fifo,
    visibilityMs,
    retentionMs,
    redrive: { deadLetterArn, maxReceiveCount },
    extra: { ...encryptionOf(encryption), ...extra },
  };
}

/** What a dead-letter queue is to have when it is made. Which queues it takes is said later: {@link allowPolicy}. */
export function deadLetterAttributes(setUp: ResolvedQueueSetUp): Wanted {
  const { deadLetterRetentionMs, encryption, fifo, visibilityMs } = setUp;
  return {
    fifo,
    visibilityMs,
    retentionMs: deadLetterRetentionMs,
    extra: encryptionOf(encryption),
  };
}

/**
 * What is asked of a queue that is there: what was given, and of the defaults those without which it does
 * not hold. Nobody's 120 s of visibility become 30 because 30 is a default.
 */
export function wantedOf(
  setUp: ResolvedQueueSetUp,
  role: 'work' | 'deadLetters',
  want: Wanted,
  have: QueueAttributes | undefined,
): Wanted {
  if (have === undefined) return want;
  const { given, leastReceives, leastRetentionMs } = setUp;
  const { visibilityMs: _, retentionMs, redrive, extra, fifo } = want;
  const isWork = role === 'work';
  const ownRetention = given.has(isWork ? 'retentionMs' : 'deadLetterRetentionMs');
  const leastMs = isWork ? leastRetentionMs : setUp.retentionMs;
  const keepsRetention = !ownRetention && have.retentionMs >= leastMs;
  const keepsRedrive =
    !given.has('maxReceiveCount') &&
    have.redrive?.deadLetterArn === redrive?.deadLetterArn &&
    (have.redrive?.maxReceiveCount ?? 0) >= leastReceives;
  const encryption = encryptionOf(setUp.encryption);
  const others = Object.entries(extra ?? {}).filter(
    ([name]) => given.has('encryption') || !Object.hasOwn(encryption, name),
  );
  return {
    fifo,
    ...(isWork && given.has('visibilityMs') && { visibilityMs: setUp.visibilityMs }),
    ...(retentionMs !== undefined && !keepsRetention && { retentionMs }),
    ...(redrive !== undefined && !keepsRedrive && { redrive }),
    extra: Object.fromEntries(others),
  };
}

export type Wanted = QueueAttributeChanges & { readonly fifo: boolean };

/**
 * Queues that are asked for, and those that are allowed already: nobody is shut out. Undefined: nothing is
 * to be said, as of a queue that is there and takes from all.
 */
export function allowPolicy(
  sourceArns: readonly string[],
  have: QueueAttributes | undefined,
): string | undefined {
  const allowed = allowedBy(have?.extra?.['RedriveAllowPolicy']);
  if (have !== undefined && allowed === undefined) return undefined;
  const arns = [...new Set([...(allowed ?? []), ...sourceArns])].toSorted();
  if (arns.length > MOST_SOURCES) return undefined;
  return JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: arns });
}

/** The ARNs that a policy lets in, which may be none; undefined: it lets in all, or cannot be read. */
export function allowedBy(policy: string | undefined): readonly string[] | undefined {
  try {
    const parsed = JSON.parse(policy ?? '') as Record<string, unknown> | null;
    const arns = parsed?.['sourceQueueArns'];
    const permission = parsed?.['redrivePermission'];
    if (permission === 'denyAll') return [];
    return permission === 'byQueue' && Array.isArray(arns) ? arns.map(String) : undefined;
  } catch {
    return undefined;
  }
}

/** `arn` with another queue in its place: of the same account and region. */
export function siblingArn(arn: string, name: string): string {
  const parsed = parseQueueArn(arn);
  return parsed === undefined ? arn : `${arn.slice(0, -parsed.name.length)}${name}`;
}

function encryptionOf(
  encryption: ResolvedQueueSetUp['encryption'],
): Readonly<Record<string, string>> {
  if (encryption === 'sqs') return { SqsManagedSseEnabled: 'true' };
  if (encryption === 'none') return { SqsManagedSseEnabled: 'false' };
  const { kmsKeyId, reuseMs } = encryption;
  const reuse =
    reuseMs === undefined
      ? {}
      : { KmsDataKeyReusePeriodSeconds: String(Math.ceil(reuseMs / 1000)) };
  return { KmsMasterKeyId: kmsKeyId, ...reuse };
}

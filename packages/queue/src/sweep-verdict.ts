import { HOST_QUEUE_TAGS } from './host-queue-tags.ts';

export type Tags = Readonly<Record<string, string>>;

/** What the tags of a queue say about its use. */
export type SweepVerdict =
  | { readonly kind: 'untagged' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'fresh'; readonly retentionMs: number }
  | { readonly kind: 'idle'; readonly retentionMs: number }
  /** Tagged, without a heartbeat yet: as old as the queue itself. */
  | { readonly kind: 'neverBeaten'; readonly retentionMs: number };

/** Neither sign nor zero in front; years of seconds, and any millisecond of this era. */
const SECONDS = /^[1-9]\d{0,9}$/;
const EPOCH_MS = /^[1-9]\d{0,14}$/;

/** The rule of AWS's Java client, by the service's time. */
export function sweepVerdict(tags: Tags, serviceNowMs: number): SweepVerdict {
  const retention = valueOf(tags, HOST_QUEUE_TAGS.retention);
  const heartbeat = valueOf(tags, HOST_QUEUE_TAGS.heartbeat);
  if (retention === undefined) return { kind: 'untagged' };
  if (!SECONDS.test(retention)) return { kind: 'malformed' };
  const retentionMs = Number(retention) * 1000;
  if (heartbeat === undefined) return { kind: 'neverBeaten', retentionMs };
  if (!EPOCH_MS.test(heartbeat)) return { kind: 'malformed' };
  const kind = serviceNowMs - Number(heartbeat) > retentionMs ? 'idle' : 'fresh';
  return { kind, retentionMs };
}

/** Nobody has used the queue between the two looks. */
export function sameUse(before: Tags, now: Tags): boolean {
  return Object.values(HOST_QUEUE_TAGS).every((key) => valueOf(before, key) === valueOf(now, key));
}

export function valueOf(tags: Tags, key: string): string | undefined {
  return Object.hasOwn(tags, key) ? tags[key] : undefined;
}

/**
 * One sweep. What is where:
 *
 *   sweep-look.ts     reads lists and tags, at the pace of sweep-pace.ts
 *   sweep-verdict.ts  what tags say
 *   sweep-memory.ts   owns what was seen in earlier sweeps
 *   sweep-board.ts    who sweeps: the notice board
 *   sweeper.ts        when: owns the timer
 *   sweep-report.ts   what is told of it
 *   sweep-idle-queues.ts  a sweep by hand
 *
 * W1: deleted is only what has the prefix and the retention tag, was found idle, empty and not new, and has the
 *     same tags when they are read again right before.
 * W2: nothing that this sweeper read as fresh is deleted before half its retention has passed since.
 * W3: nobody has to agree with anybody: two sweepers at once, or half a sweep, do no harm.
 */
import type { QueueApi } from './queue-api.ts';
import { queueNameOf } from './queue-name.ts';
import type { Failure } from './queue-service.ts';
import type { SweepLook } from './sweep-look.ts';
import type { SweepMemory } from './sweep-memory.ts';
import type { KeptQueue, KeepReason, SweepReport } from './sweep-report.ts';
import { sameUse } from './sweep-verdict.ts';

/**
 * A host's clock may be behind when it makes its queue, and its first heartbeats, which put that right, may fail: so long
 * the queue is in use although its tags tell otherwise.
 */
const NEW_MS = 60_000;

/** Failures in a row after which the rest would fail, too. */
const MOST_FAILURES = 5;

export interface SweepOptions {
  readonly api: QueueApi;
  readonly look: SweepLook;
  readonly memory: SweepMemory;
  readonly prefix: string;
  readonly queueUrls: readonly string[];
  readonly dryRun: boolean;
  readonly isOwn: (queue: string) => boolean;
  readonly signal: AbortSignal;
}

export interface SweepEnd {
  readonly report: SweepReport;
  /** It deleted nothing, and was forbidden to. */
  readonly denied: boolean;
}

type Fate =
  | { readonly kind: 'deleted' }
  | { readonly kind: 'kept'; readonly why: Omit<KeptQueue, 'queue'>; readonly denied?: boolean };

export async function sweep(options: SweepOptions): Promise<SweepEnd> {
  const { dryRun, look, prefix, queueUrls } = options;
  const deleted: string[] = [];
  const kept: KeptQueue[] = [];
  let failuresInARow = 0;
  let denied = false;
  let error: string | undefined;
  for (const queueUrl of queueUrls) {
    const queue = queueNameOf(queueUrl);
    const fate = await fateOf(queue, queueUrl, options);
    if (look.ended) {
      error = 'It was ended before it was over';
      break;
    }
    if (fate.kind === 'deleted') {
      deleted.push(queue);
      failuresInARow = 0;
      continue;
    }
    kept.push({ queue, ...fate.why });
    denied ||= fate.denied === true;
    failuresInARow = fate.why.reason === 'failed' ? failuresInARow + 1 : 0;
    if (failuresInARow === MOST_FAILURES) {
      error = fate.why.error;
      break;
    }
  }
  const report = { prefix, dryRun, found: queueUrls.length, deleted, kept };
  return {
    report: error === undefined ? report : { ...report, error },
    denied: denied && deleted.length === 0,
  };
}

/** W1, W2. */
async function fateOf(queue: string, queueUrl: string, options: SweepOptions): Promise<Fate> {
  const { api, dryRun, isOwn, look, memory, prefix, signal } = options;
  if (isReserved(queue, prefix)) return keep('reserved');
  if (isOwn(queue)) return keep('own');
  const first = await look.tagsOf(queueUrl);
  if (first.kind !== 'ok') return failed(first);
  const { verdict } = first;
  if (verdict.kind === 'untagged') return keep('untagged');
  if (verdict.kind === 'malformed') return keep('malformed tags');
  if (verdict.kind === 'fresh') return keep('live');
  const freshAtMs = memory.freshAtMs(queue) ?? -Infinity;
  if (api.runtime.monotonicMs() - freshAtMs < verdict.retentionMs / 2) return keep('lately live');
  const found = await look.attributesOf(queueUrl);
  if (found.kind !== 'ok') return failed(found);
  const { createdAtMs, delayedCount, inFlightCount, visibleCount } = found.attributes;
  const ageMs = (found.serviceTimeMs ?? api.serviceNowMs()) - createdAtMs;
  // A service that does not say when it was made says 0.
  const isYoung = createdAtMs <= 0 || ageMs <= verdict.retentionMs;
  if (verdict.kind === 'neverBeaten' && isYoung) return keep('live');
  if (createdAtMs > 0 && ageMs <= Math.min(NEW_MS, verdict.retentionMs)) return keep('new');
  if (visibleCount + inFlightCount + delayedCount > 0) return keep('not empty');
  if (dryRun) return { kind: 'deleted' };
  const now = await look.tagsNow(queueUrl);
  if (now.kind !== 'ok') return failed(now);
  if (!sameUse(first.tags, now.tags)) return keep('changed');
  // Not tried again: by then the tags would have been read too long ago.
  const result = await api.deleteQueue({ queueUrl, signal });
  return result.kind === 'ok' ? { kind: 'deleted' } : failed(result);
}

/** Java clients share their sweeps through these two. */
export function isReserved(queue: string, prefix: string): boolean {
  return queue === prefix || queue === `${prefix}_DLQ`;
}

function keep(reason: KeepReason): Fate {
  return { kind: 'kept', why: { reason } };
}

function failed({ error, kind }: Failure): Fate {
  if (kind === 'gone') return keep('gone');
  return { kind: 'kept', why: { reason: 'failed', error }, denied: kind === 'denied' };
}

import type { Contract } from '@replyq/contract';
import { inRange, integerInRange, isFifo } from '@replyq/contract/transport';
import { isQueueName } from '@replyq/queue';
import { refused, refuseUnknown } from '../refused.ts';
import { taskNeeds, taskNeedsOf, type TaskNeeds } from './task-needs.ts';

/** How messages are encrypted at rest: by SQS's own keys, by one of yours, or not. */
export type QueueEncryption =
  | 'sqs'
  | 'none'
  | { readonly kmsKeyId: string; readonly reuseMs?: number };

/** What of a queue may be said. All but the name has a default that fits tasks. */
export interface QueueSetUp {
  /** Its name, before which a transport's namespace is put; `.fifo` at the end makes it FIFO. */
  readonly queue: string;
  /** A contract whose tasks it carries. Default: five attempts, 5 min each. */
  readonly contract?: Contract;
  /** How long a received message is hidden from readers that do not say: 0 to 12 h. Default 30 s. */
  readonly visibilityMs?: number;
  /** How long a message is kept: an hour, and what its runs may take, to 14 days. Default 4 days. */
  readonly retentionMs?: number;
  /** Receives after which SQS itself moves a message. Default: the attempts and 5 more. */
  readonly maxReceiveCount?: number;
  /** Whether several tasks may share a message. Default true. */
  readonly packing?: boolean;
  /** Default: its own, `<queue>-dlq`. Up to ten queues may share one. */
  readonly deadLetterQueue?: string;
  /** Not shorter than `retentionMs`. Default 14 days. */
  readonly deadLetterRetentionMs?: number;
  /** Of both queues. Default `sqs`. */
  readonly encryption?: QueueEncryption;
  /** Other attributes of the work queue, by SQS's names, as texts. */
  readonly extra?: Readonly<Record<string, string>>;
  /** Of both queues, when they are made. */
  readonly tags?: Readonly<Record<string, string>>;
}

export interface ResolvedQueueSetUp extends TaskNeeds {
  /** The settings that were given: what only has its default is not forced on a queue that is there. */
  readonly given: ReadonlySet<string>;
  /** Shorter than this, messages could end before their runs do. */
  readonly leastRetentionMs: number;
  /** Fewer receives than this, and SQS could take a task away before its last run. */
  readonly leastReceives: number;
  readonly queue: string;
  readonly fifo: boolean;
  readonly visibilityMs: number;
  readonly retentionMs: number;
  readonly maxReceiveCount: number;
  readonly deadLetterQueue: string;
  readonly deadLetterRetentionMs: number;
  readonly encryption: QueueEncryption;
  readonly extra: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LONGEST_RETENTION_MS = 14 * DAY_MS;
/** SQS's own default. */
const RETENTION_MS = 4 * DAY_MS;
const VISIBILITY_MS = 30_000;
const LONGEST_VISIBILITY_MS = 12 * HOUR_MS;
/**
 * Receives that are no attempts: a worker that closes gives back what it has not begun, a pack is
 * received to be taken apart, and one that is killed may not have come to the handler.
 */
const SPARE_RECEIVES = 5;
/** A pack is received, received again and taken apart; a third receive still belongs to it. */
const FEWEST_WITH_PACKS = 3;
const MOST_RECEIVES = 1000;

/**
 * Completes a set-up, or that of a contract: the queue that is called like it.
 *
 * @throws RpcError BAD_REQUEST for what cannot hold.
 */
export function resolveQueueSetUp(
  given: QueueSetUp | Contract,
  namespace: string,
): ResolvedQueueSetUp {
  const setUp = asSetUp(given);
  const needs = setUp.contract === undefined ? taskNeeds() : taskNeedsOf(setUp.contract);
  const { queue: ref } = setUp;
  const queue = named('queue', namespace + ref);
  const about = `Queue "${queue}": `;
  const leastMs = Math.max(HOUR_MS, needs.runsMs);
  if (leastMs > LONGEST_RETENTION_MS) {
    const days = Math.ceil(leastMs / DAY_MS);
    throw refused(
      `${about}the runs of one task may take ${days} days, and SQS keeps a message for 14.`,
    );
  }
  const retentionMs = wholeSeconds(
    inRange(
      `${about}retentionMs`,
      setUp.retentionMs ?? Math.max(RETENTION_MS, leastMs),
      leastMs,
      LONGEST_RETENTION_MS,
    ),
  );
  const deadLetterQueue = named(
    'deadLetterQueue',
    setUp.deadLetterQueue === undefined
      ? deadLetterName(queue)
      : namespace + asText('deadLetterQueue', setUp.deadLetterQueue),
  );
  if (isFifo(deadLetterQueue) !== isFifo(queue) || deadLetterQueue === queue) {
    throw refused(`${about}"${deadLetterQueue}" cannot be its dead-letter queue: FIFO needs FIFO.`);
  }
  const packs = (setUp.packing ?? true) && !isFifo(queue);
  const leastReceives = Math.max(
    packs ? FEWEST_WITH_PACKS : 1,
    Math.min(MOST_RECEIVES, needs.attempts),
  );
  return {
    given: new Set(Object.keys(setUp)),
    leastRetentionMs: leastMs,
    leastReceives,
    attempts: needs.attempts,
    runsMs: needs.runsMs,
    queue,
    fifo: isFifo(queue),
    visibilityMs: wholeSeconds(
      inRange(
        `${about}visibilityMs`,
        setUp.visibilityMs ?? VISIBILITY_MS,
        0,
        LONGEST_VISIBILITY_MS,
      ),
    ),
    retentionMs,
    maxReceiveCount: integerInRange(
      `${about}maxReceiveCount`,
      setUp.maxReceiveCount ??
        Math.max(FEWEST_WITH_PACKS, Math.min(MOST_RECEIVES, needs.attempts + SPARE_RECEIVES)),
      leastReceives,
      MOST_RECEIVES,
    ),
    deadLetterQueue,
    deadLetterRetentionMs: wholeSeconds(
      inRange(
        `${about}deadLetterRetentionMs`,
        setUp.deadLetterRetentionMs ?? LONGEST_RETENTION_MS,
        retentionMs,
        LONGEST_RETENTION_MS,
      ),
    ),
    encryption: asEncryption(about, setUp.encryption ?? 'sqs'),
    extra: asTexts(`${about}extra`, setUp.extra ?? {}),
    tags: asTexts(`${about}tags`, setUp.tags ?? {}),
  };
}

const KMS: Readonly<Record<string, true>> = { kmsKeyId: true, reuseMs: true };

const SETTINGS: Readonly<Record<keyof QueueSetUp, true>> = {
  queue: true,
  contract: true,
  visibilityMs: true,
  retentionMs: true,
  maxReceiveCount: true,
  packing: true,
  deadLetterQueue: true,
  deadLetterRetentionMs: true,
  encryption: true,
  extra: true,
  tags: true,
};

/** Whoever writes JavaScript may give anything. */
function asSetUp(given: QueueSetUp | Contract): QueueSetUp {
  const value: unknown = given;
  if (typeof value !== 'object' || value === null) {
    const what = typeof value === 'string' ? JSON.stringify(value.slice(0, 200)) : typeof value;
    throw refused(`${what} is no queue to set up: give a contract, or { queue: 'its name' }.`);
  }
  if (!isSetUp(given)) return { queue: taskNeedsOf(given).name, contract: given };
  refuseUnknown(`Queue "${given.queue}"`, given, SETTINGS);
  return given;
}

/** A contract keeps what it is under a symbol; a procedure of it may be called `queue`. */
function isSetUp(given: QueueSetUp | Contract): given is QueueSetUp {
  return 'queue' in given && typeof given.queue === 'string';
}

function deadLetterName(queue: string): string {
  return isFifo(queue) ? `${queue.slice(0, -'.fifo'.length)}-dlq.fifo` : `${queue}-dlq`;
}

/** A typing error must not leave a queue without its encryption. */
function asEncryption(about: string, given: QueueEncryption): QueueEncryption {
  if (given === 'sqs' || given === 'none') return given;
  const what = `${about}encryption`;
  if (typeof given === 'string')
    throw refused(`${what} is ${JSON.stringify(given)}: expected "sqs", "none" or { kmsKeyId }.`);
  refuseUnknown(what, given, KMS);
  if (asText(`${what}.kmsKeyId`, given.kmsKeyId) === '')
    throw refused(`${what}.kmsKeyId is empty.`);
  if (given.reuseMs === undefined) return given;
  return { ...given, reuseMs: inRange(`${what}.reuseMs`, given.reuseMs, 60_000, DAY_MS) };
}

function asTexts(
  what: string,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (typeof given !== 'object' || given === null)
    throw refused(`${what} is not an object of texts.`);
  for (const [name, value] of Object.entries(given)) asText(`${what}.${name}`, value);
  return given;
}

function asText(what: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw refused(`${what} is a ${typeof value}: expected a queue's name.`);
}

function named(what: string, name: string): string {
  if (isQueueName(name)) return name;
  throw refused(`${what} is ${JSON.stringify(name.slice(0, 200))}: not a name that SQS takes.`);
}

/** SQS counts seconds, and would give back another number than was given. */
function wholeSeconds(ms: number): number {
  return Math.ceil(ms / 1000) * 1000;
}

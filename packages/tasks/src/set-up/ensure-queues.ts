/*
 * Queues for tasks. What is where:
 *
 *   queue-set-up.ts       what may be said of a queue, and what cannot hold
 *   task-needs.ts         what a contract asks of its queue
 *   wanted-attributes.ts  set-up → attributes
 *   attribute-diff.ts     how a queue differs
 *   queue-maker.ts        one queue: reads, creates, changes
 *   queue-plan.ts         what is told, and how it is printed
 */
import type { Contract } from '@replyq/contract';
import type { Observer, Runtime, Transport } from '@replyq/contract/transport';
import { queueAccess, type QueueService } from '@replyq/queue';
import { neverAborted } from '../patience.ts';
import { refused, refuseUnknown } from '../refused.ts';
import { diffAttributes } from './attribute-diff.ts';
import { QueueMaker, type MadeQueue } from './queue-maker.ts';
import type { PlannedQueue, QueuePlan } from './queue-plan.ts';
import { resolveQueueSetUp, type QueueSetUp, type ResolvedQueueSetUp } from './queue-set-up.ts';
import {
  allowPolicy,
  deadLetterAttributes,
  MOST_SOURCES,
  siblingArn,
  wantedOf,
  workAttributes,
  type Wanted,
} from './wanted-attributes.ts';

export interface EnsureQueuesOptions {
  /** Only says what there is to do. Default false. */
  readonly dryRun?: boolean;
  /** Changes queues that exist and differ. Default false: their drift is told. */
  readonly update?: boolean;
  /** With `update`: shortens how long messages are kept, which deletes the older ones. Default false. */
  readonly shortenRetention?: boolean;
  /** Where `NODE_ENV` is `production`, nothing is made or changed without it. Default false. */
  readonly allowProduction?: boolean;
  /** Ends it early; what was not come to has failed. */
  readonly signal?: AbortSignal;
  /** Of a service: default the platform's. A transport has its own. */
  readonly runtime?: Runtime;
  /** Of a service. A transport has its own. */
  readonly observer?: Observer;
}

const OPTIONS: Readonly<Record<keyof EnsureQueuesOptions, true>> = {
  dryRun: true,
  update: true,
  shortenRetention: true,
  allowProduction: true,
  signal: true,
  runtime: true,
  observer: true,
};

/** For who describes a queue that does not exist yet, and neither does its dead-letter queue. */
const UNKNOWN_ARN = 'arn:aws:sqs:unknown:000000000000:unknown';

/**
 * Makes the queues of contracts, or those that are described, each with its dead-letter queue. Can be run
 * again at any time: what is there is left as it is unless `update` is given. Never deletes a queue.
 *
 * Rejects with an `RpcError` BAD_REQUEST before anything is sent: for what it does not know, for a setting that cannot hold, in
 * production without leave, or for a transport that is not queue-backed. What the service refuses is in the plan.
 */
export async function ensureQueues(
  source: Transport | QueueService,
  queues: readonly (QueueSetUp | Contract)[],
  options: EnsureQueuesOptions = {},
): Promise<QueuePlan> {
  if (!Array.isArray(queues)) {
    throw refused('ensureQueues wants a list: [contract], or [{ queue }].');
  }
  refuseUnknown('ensureQueues', options, OPTIONS);
  const access = queueAccess(source, 'ensureQueues', options);
  const { dryRun = false, update = false, shortenRetention = false } = options;
  const { signal = neverAborted() } = options;
  const setUps = queues.map((queue) => resolveQueueSetUp(queue, access.namespace));
  const families = familiesOf(setUps);
  if (!dryRun && options.allowProduction !== true && process.env['NODE_ENV'] === 'production') {
    throw refused('NODE_ENV is production: ensureQueues needs `allowProduction: true` there.');
  }
  const maker = new QueueMaker({ access, dryRun, update, shortenRetention, signal });
  const planned: PlannedQueue[] = [];
  for (const family of families) planned.push(...(await ensureFamily(family, maker)));
  return { dryRun, queues: planned, ok: planned.every(isFine) };
}

function isFine({ action, error }: PlannedQueue): boolean {
  return error === undefined && action !== 'drift';
}

/** Queues that share a dead-letter queue, at least one. */
interface Family {
  readonly first: ResolvedQueueSetUp;
  readonly members: readonly ResolvedQueueSetUp[];
}

/** @throws RpcError BAD_REQUEST where they do not fit together. */
function familiesOf(setUps: readonly ResolvedQueueSetUp[]): readonly Family[] {
  const families = new Map<string, ResolvedQueueSetUp[]>();
  const names = new Set<string>();
  for (const setUp of setUps) {
    const { deadLetterQueue, queue } = setUp;
    if (names.has(queue)) throw refused(`"${queue}" is described twice.`);
    names.add(queue);
    families.set(deadLetterQueue, [...(families.get(deadLetterQueue) ?? []), setUp]);
  }
  return [...families].flatMap(([name, members]) => {
    const [first] = members;
    if (first === undefined) return [];
    if (names.has(name)) throw refused(`"${name}" is to be a queue and a dead-letter queue.`);
    if (members.length > MOST_SOURCES) {
      throw refused(`More than ${MOST_SOURCES} queues share "${name}", which is all SQS allows.`);
    }
    const wanted = deadLetterAttributes(first);
    if (members.some((member) => !isSame(wanted, deadLetterAttributes(member)))) {
      throw refused(`The queues that share "${name}" want it to be different.`);
    }
    return [{ first, members }];
  });
}

function isSame(left: Wanted, right: Wanted): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** First the dead letters, since a queue that names them must find them; who may send there comes last. */
async function ensureFamily(
  { first, members }: Family,
  maker: QueueMaker,
): Promise<readonly PlannedQueue[]> {
  const name = first.deadLetterQueue;
  const there = await maker.look(name);
  const about = { queue: name, role: 'deadLetters' as const };
  const known = there !== undefined && !('kind' in there) ? there : undefined;
  // A queue that exists has its policy changed with all else; a new one once its sources are known.
  const arn = known?.attributes.arn ?? UNKNOWN_ARN;
  const arns = members.map(({ queue }) => siblingArn(arn, queue));
  const allow = allowPolicy(arns, known?.attributes);
  const full = withAllow(deadLetterAttributes(first), known && allow);
  const wanted = wantedOf(first, 'deadLetters', full, known?.attributes);
  const made = await maker.bring(about, there, wanted, first.tags);
  const planned: PlannedQueue[] = [];
  for (const member of members) planned.push(await ensureMember(member, made, maker));
  return [await allowSources(made, members, maker), ...planned];
}

async function ensureMember(
  setUp: ResolvedQueueSetUp,
  deadLetters: MadeQueue,
  maker: QueueMaker,
): Promise<PlannedQueue> {
  const { deadLetterQueue, queue, tags } = setUp;
  const about = { queue, role: 'work' as const };
  const { planned } = deadLetters;
  const there = await maker.look(queue);
  if (planned.error !== undefined) {
    const error = `"${deadLetterQueue}" is not there: ${planned.error}`;
    return (await maker.bring(about, { kind: 'unknown', error }, workAttributes(setUp, ''), tags))
      .planned;
  }
  const arn = deadLetters.attributes?.arn ?? siblingArn(UNKNOWN_ARN, deadLetterQueue);
  const have = there !== undefined && !('kind' in there) ? there.attributes : undefined;
  const wanted = wantedOf(setUp, 'work', workAttributes(setUp, arn), have);
  return (await maker.bring(about, there, wanted, tags)).planned;
}

/** Of a dead-letter queue that was made just now. */
async function allowSources(
  made: MadeQueue,
  members: readonly ResolvedQueueSetUp[],
  maker: QueueMaker,
): Promise<PlannedQueue> {
  const { attributes, planned } = made;
  if (planned.action !== 'create' || planned.error !== undefined) return planned;
  const arn = attributes?.arn ?? siblingArn(UNKNOWN_ARN, planned.queue);
  const policy = allowPolicy(
    members.map(({ queue }) => siblingArn(arn, queue)),
    undefined,
  );
  const [first] = members;
  if (policy === undefined || first === undefined) return planned;
  const wanted = withAllow(deadLetterAttributes(first), policy);
  const changes = diffAttributes(undefined, wanted, false);
  if (made.queueUrl === undefined) return { ...planned, changes };
  const error = await maker.allow(made.queueUrl, policy);
  return error === undefined ? { ...planned, changes } : { ...planned, changes, error };
}

function withAllow(wanted: Wanted, policy: string | undefined): Wanted {
  if (policy === undefined) return wanted;
  return { ...wanted, extra: { ...wanted.extra, RedriveAllowPolicy: policy } };
}

import { setTimeout as pause } from 'node:timers/promises';
import type { QueueService } from '@replyq/queue';
import type { Past } from './crew.ts';
import { overlaps, type Disturbance } from './disturbances.ts';
import type { LedgerLine } from './ledger-line.ts';

/** What is there when all processes have been told to close. */
export interface Leftovers {
  readonly processes: number;
  /** Queues that somebody should have deleted. */
  readonly queues: readonly string[];
  /** Reply queues of requesters that were killed, or could not reach the server when they closed. */
  readonly orphanedQueues: readonly string[];
  readonly messages: number;
}

/** A message that a dead process held, and one that this process's poll has taken away, come back in time. */
const SETTLE_WITHIN_MS = 20_000;
const LOOK_AGAIN_MS = 250;

export async function messagesIn(service: QueueService, queueUrl: string): Promise<number> {
  const found = await service.getQueueAttributes({ queueUrl });
  if (found.kind !== 'ok') throw new Error(`${queueUrl}: ${found.error}`);
  const { delayedCount, inFlightCount, visibleCount } = found.attributes;
  return delayedCount + inFlightCount + visibleCount;
}

/** Waits until the queue is empty, but not for ever. */
export async function emptied(
  service: QueueService,
  queueUrl: string,
  withinMs = SETTLE_WITHIN_MS,
): Promise<number> {
  const untilMs = performance.now() + withinMs;
  for (;;) {
    const messages = await messagesIn(service, queueUrl);
    if (messages === 0 || performance.now() > untilMs) return messages;
    await pause(LOOK_AGAIN_MS);
  }
}

export interface QueuesFound {
  readonly queues: readonly string[];
  readonly orphanedQueues: readonly string[];
}

export interface Ownership {
  readonly ledgers: ReadonlyMap<string, readonly LedgerLine[]>;
  readonly past: readonly Past[];
  readonly disturbances: readonly Disturbance[];
}

/** Tells orphans from queues that should not be there. `names` without the request queue's. */
export function sortQueues(names: readonly string[], ownership: Ownership): QueuesFound {
  const orphaned = (name: string): boolean => {
    const owner = ownerOf(name, ownership);
    if (owner === undefined) return false;
    const { ending } = owner;
    if (ending.kind !== 'closed') return true;
    return overlaps(ownership.disturbances, ending.toldMs, ending.endedMs);
  };
  return {
    queues: names.filter((name) => !orphaned(name)),
    orphanedQueues: names.filter((name) => orphaned(name)),
  };
}

function ownerOf(queue: string, { ledgers, past }: Ownership): Past | undefined {
  return past.find(({ name }) =>
    ledgers
      .get(name)
      ?.some((line) => line.event === 'requester' && queue.includes(`${line.clientId}-`)),
  );
}

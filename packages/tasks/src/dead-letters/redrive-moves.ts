import type { MessageParts } from '@replyq/contract/wire';
import type { OutgoingMessage, QueueAccess, ReceivedMessage } from '@replyq/queue';
import type { FoundDeadLetterQueue } from './dead-letter-queue.ts';
import type { DeadLetterReader } from './dead-letter-reader.ts';
import type { DeadLetterSender, Sent } from './dead-letter-sender.ts';
import { takeApart } from './redrive-apart.ts';
import { deleteMoved, type Emptied } from './redrive-deletes.ts';
import { copyId, revived, toSend, unchanged } from './redrive-copy.ts';
import type { MessagePlan } from './redrive-plan.ts';
import type { RedriveTally } from './redrive-report.ts';

export interface RedriveMovesOptions {
  readonly access: QueueAccess;
  readonly queue: FoundDeadLetterQueue;
  readonly asTheyAre: boolean;
  readonly reader: DeadLetterReader;
  readonly sender: DeadLetterSender;
  readonly tally: RedriveTally;
}

/**
 * Moves messages out of the dead-letter queue by sending copies, then deleting.
 *
 * M1: a message is deleted only after each of its entries is somewhere else: in its target, or as a message
 *     of its own in the dead-letter queue. Whenever this ends before that, the message is still there.
 */
export class RedriveMoves {
  readonly options: RedriveMovesOptions;

  constructor(options: RedriveMovesOptions) {
    this.options = options;
  }

  /** Each plan moves at least one entry. Why no more may be moved; undefined: more may. Never rejects. */
  async run(plans: readonly MessagePlan[]): Promise<string | undefined> {
    const { reader } = this.options;
    const emptied: Emptied[] = [];
    for (const [queueUrl, whole] of byTarget(plans.filter(({ apart }) => !apart))) {
      emptied.push(...(await this.#moveWhole(queueUrl, whole)));
    }
    for (const plan of plans.filter(({ apart }) => apart)) {
      const sent = await takeApart(plan, this);
      if (sent === undefined) reader.hold(plan.message);
      else emptied.push({ message: plan.message, sent });
    }
    return deleteMoved(emptied, this.options);
  }

  /** The id under which a FIFO queue is to know a copy; undefined of a standard queue. */
  idOf(message: ReceivedMessage, frame: number): string | undefined {
    if (!this.options.queue.fifo) return undefined;
    return copyId(message, frame) ?? this.newId();
  }

  newId(): string | undefined {
    return this.options.queue.fifo ? this.options.access.runtime.createId(32) : undefined;
  }

  /** True: the entry is in its target. */
  count({ entries, fates, message }: MessagePlan, frame: number, end: Sent): boolean {
    const { tally } = this.options;
    const fate = fates[frame];
    if (end.kind === 'ok') {
      if (fate?.kind === 'move') tally.move(fate.target.name);
      if (end.maybeTwice) tally.maybeDoubled += 1;
      return true;
    }
    const about = { messageId: entries[frame]?.letter.messageId ?? message.messageId, frame };
    if (end.kind === 'groupWaits') tally.keep({ ...about, reason: 'group waits' });
    else {
      if (end.maybeSent) tally.maybeDoubled += 1;
      tally.keep({ ...about, reason: 'failed', error: end.error });
    }
    return false;
  }

  async #moveWhole(queueUrl: string, plans: readonly MessagePlan[]): Promise<readonly Emptied[]> {
    const { queue, reader, sender } = this.options;
    const copies = plans.map((plan) => this.#copyOf(plan));
    const ends = await sender.send(queueUrl, copies, queue.fifo);
    return plans.flatMap((plan, at) => {
      const { entries, message } = plan;
      const end = ends[at];
      if (end === undefined) return [];
      for (const frame of entries.keys()) this.count(plan, frame, end);
      if (end.kind === 'ok') return [{ message, sent: entries.length }];
      reader.hold(message);
      return [];
    });
  }

  #copyOf({ entries, message }: MessagePlan): OutgoingMessage {
    const only = entries.length === 1 ? entries[0] : undefined;
    const parts: MessageParts = this.options.asTheyAre
      ? unchanged(message)
      : revived(message, only?.frame);
    return toSend(parts, message, this.idOf(message, 0));
  }
}

function byTarget(plans: readonly MessagePlan[]): ReadonlyMap<string, readonly MessagePlan[]> {
  const groups = new Map<string, MessagePlan[]>();
  for (const plan of plans) {
    const [fate] = plan.fates;
    if (fate?.kind !== 'move') continue;
    const { queueUrl } = fate.target;
    groups.set(queueUrl, [...(groups.get(queueUrl) ?? []), plan]);
  }
  return groups;
}

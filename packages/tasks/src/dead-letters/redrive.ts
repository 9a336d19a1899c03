/*
 * Dead letters on their way back. What is where:
 *
 *   redrive-options.ts    what may be asked
 *   redrive-targets.ts    which queue an entry goes to: never one that only a peer names
 *   move-task.ts          the service's own move
 *   dead-letter-reader.ts reads each message once; owns what is passed over until the end. R1
 *   moved-entries.ts      knows what was moved when it comes back. R1
 *   read-dead-letters.ts  a message → its entries
 *   redrive-plan.ts       entries → what becomes of each
 *   redrive-moves.ts      copies, then deletes (redrive-deletes.ts); owns no state. M1
 *   redrive-apart.ts      messages whose entries part. M2
 *   redrive-copy.ts       what a copy says
 *   dead-letter-sender.ts sends with patience, groups in order. G1
 *   redrive-report.ts     owns the counts
 */
import { sleep } from '@replyq/contract/transport';
import type { QueueAccess, ReceivedMessage } from '@replyq/queue';
import { attributesOf, type FoundDeadLetterQueue } from './dead-letter-queue.ts';
import { DeadLetterReader } from './dead-letter-reader.ts';
import { DeadLetterSender } from './dead-letter-sender.ts';
import { moveByService } from './move-task.ts';
import { readDeadLetters } from './read-dead-letters.ts';
import { RedriveMoves } from './redrive-moves.ts';
import type { ResolvedRedriveOptions } from './redrive-options.ts';
import { planMessage, type MessagePlan } from './redrive-plan.ts';
import { RedriveTally, type RedriveEnd, type RedriveReport } from './redrive-report.ts';
import { redriveTargets, type RedriveTargets } from './redrive-targets.ts';

/** Rejects where no target can be found, and with what the filter throws. */
export async function redrive(
  access: QueueAccess,
  queue: FoundDeadLetterQueue,
  options: ResolvedRedriveOptions,
): Promise<RedriveReport> {
  const { dryRun } = options;
  const targets = await redriveTargets(access, queue, options.to);
  const { visibleCount, inFlightCount, delayedCount } = await attributesOf(access, queue.queueUrl);
  const found = visibleCount + inFlightCount + delayedCount;
  const about = { queue: queue.name, dryRun, found };
  const { asTheyAre, filter, max } = options;
  if (asTheyAre && filter === undefined && max === Infinity && !dryRun) {
    const moved = await moveByService(access, queue, targets, options);
    if (moved !== undefined) {
      return moved.tally.report({ ...about, ...moved.end, byService: true });
    }
  }
  const run = new RedriveRun(access, queue, targets, options);
  return run.tally.report({ ...about, ...(await run.run()), byService: false });
}

interface End {
  readonly ended: RedriveEnd;
  readonly error?: string | undefined;
}

class RedriveRun {
  readonly tally = new RedriveTally();
  readonly #access: QueueAccess;
  readonly #options: ResolvedRedriveOptions;
  readonly #targets: RedriveTargets;
  readonly #reader: DeadLetterReader;
  readonly #moves: RedriveMoves;
  /** Entries that are to be moved, were this a dry run or not. */
  #chosen = 0;

  constructor(
    access: QueueAccess,
    queue: FoundDeadLetterQueue,
    targets: RedriveTargets,
    options: ResolvedRedriveOptions,
  ) {
    const { asTheyAre, signal } = options;
    this.#access = access;
    this.#options = options;
    this.#targets = targets;
    this.#reader = new DeadLetterReader(access, queue, signal);
    const sender = new DeadLetterSender(access, signal);
    const { tally } = this;
    this.#moves = new RedriveMoves({
      access,
      queue,
      asTheyAre,
      reader: this.#reader,
      sender,
      tally,
    });
  }

  async run(): Promise<End> {
    const { max, perSecond, onProgress } = this.#options;
    const atOnce = Math.max(1, Math.floor(Math.min(perSecond, Number.MAX_SAFE_INTEGER)));
    try {
      while (this.#chosen < max) {
        const startedMs = this.#access.runtime.monotonicMs();
        const before = this.#chosen;
        const read = await this.#reader.next(Math.min(atOnce, max - this.#chosen));
        if (read.kind === 'end') return { ended: read.end, error: read.error };
        const error = await this.#work(read.messages);
        const { moved, passedOver, keptCount } = this.tally;
        onProgress({ moved, passedOver, kept: keptCount });
        if (error !== undefined) return { ended: 'failed', error };
        await this.#pause(startedMs, this.#chosen - before);
      }
      return { ended: 'max' };
    } finally {
      await this.#reader.close();
    }
  }

  /** Why no more may be moved; undefined: more may. */
  async #work(messages: readonly ReceivedMessage[]): Promise<string | undefined> {
    // All are held until it is known what becomes of them: the filter may throw.
    for (const message of messages) this.#reader.hold(message);
    const plans = messages.map((message) => this.#plan(message));
    const moving = plans.filter(({ fates }) => fates.some(({ kind }) => kind === 'move'));
    if (this.#options.dryRun) {
      for (const fate of moving.flatMap(({ fates }) => fates)) {
        if (fate.kind === 'move') this.tally.move(fate.target.name);
      }
      return undefined;
    }
    for (const { entries, fates, message } of moving) {
      this.#reader.letGo(message);
      this.#reader.ignoreEntries(entries.filter((_, frame) => fates[frame]?.kind === 'move'));
    }
    return this.#moves.run(moving);
  }

  #plan(message: ReceivedMessage): MessagePlan {
    const { asTheyAre, filter, max } = this.#options;
    const plan = planMessage(message, readDeadLetters(message, this.#access.api.serviceNowMs()), {
      asTheyAre,
      filter,
      targets: this.#targets,
      room: max - this.#chosen,
    });
    for (const [frame, fate] of plan.fates.entries()) {
      const { messageId } = message;
      if (fate.kind === 'passOver') this.tally.passedOver += 1;
      else if (fate.kind === 'keep') this.tally.keep({ messageId, frame, reason: fate.reason });
      else this.#chosen += 1;
    }
    return plan;
  }

  /** What was moved takes its time, so that on average it is `perSecond`. */
  async #pause(startedMs: number, count: number): Promise<void> {
    const { runtime } = this.#access;
    const { perSecond, signal } = this.#options;
    const leftMs = startedMs + (count / perSecond) * 1000 - runtime.monotonicMs();
    if (leftMs > 0) await sleep(runtime, leftMs, { signal, keepAlive: true });
  }
}

import type { ReceivedMessage } from '@replyq/queue';
import type { SourceQueue } from './dead-letter-queue.ts';
import type { ReadDeadLetter } from './read-dead-letters.ts';
import { canTravelAlone } from './redrive-copy.ts';
import type { DeadLetterKeepReason } from './redrive-report.ts';
import type { RedriveTargets } from './redrive-targets.ts';
import type { DeadLetter } from './dead-letter.ts';

export type EntryFate =
  | { readonly kind: 'move'; readonly target: SourceQueue }
  | { readonly kind: 'passOver' }
  | { readonly kind: 'keep'; readonly reason: DeadLetterKeepReason };

/** One message and what is to become of its entries. */
export interface MessagePlan {
  readonly message: ReceivedMessage;
  readonly entries: readonly ReadDeadLetter[];
  readonly fates: readonly EntryFate[];
  /** Each entry becomes a message of its own; else the message goes as it is, if it goes. */
  readonly apart: boolean;
}

export interface PlanOptions {
  readonly filter: ((letter: DeadLetter) => boolean) | undefined;
  readonly targets: RedriveTargets;
  readonly asTheyAre: boolean;
  /** Entries that may still be moved. */
  readonly room: number;
}

export function planMessage(
  message: ReceivedMessage,
  entries: readonly ReadDeadLetter[],
  options: PlanOptions,
): MessagePlan {
  let { room } = options;
  const fates = entries.map((entry): EntryFate => {
    const fate = fateOf(entry, options, room);
    if (fate.kind === 'move') room -= 1;
    return fate;
  });
  if (entries.length === 1) return { message, entries, fates, apart: false };
  const divisible = entries.every(({ frame }) => canTravelAlone(frame));
  if (isWhole(fates)) return { message, entries, fates, apart: divisible && !options.asTheyAre };
  if (divisible) return { message, entries, fates, apart: true };
  return { message, entries, fates: fates.map(indivisible), apart: false };
}

function fateOf(
  { isCallerGone, letter }: ReadDeadLetter,
  { filter, targets }: PlanOptions,
  room: number,
): EntryFate {
  // Not asked once there is no room: what it would say is nobody's business then.
  if (room <= 0 || (filter !== undefined && !filter(letter))) return { kind: 'passOver' };
  if (isCallerGone) return { kind: 'keep', reason: 'caller gone' };
  const target = targets.of(letter);
  return target === undefined ? { kind: 'keep', reason: 'no source' } : { kind: 'move', target };
}

/** All go, and to one queue: the message need not be taken apart to be moved. */
function isWhole(fates: readonly EntryFate[]): boolean {
  const [first] = fates;
  return fates.every(
    (fate) =>
      fate.kind === 'move' && first?.kind === 'move' && fate.target.name === first.target.name,
  );
}

function indivisible(fate: EntryFate): EntryFate {
  return fate.kind === 'move' ? { kind: 'keep', reason: 'indivisible' } : fate;
}

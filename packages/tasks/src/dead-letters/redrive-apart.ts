import type { MessageParts, WireFrame } from '@replyq/contract/wire';
import type { Sent } from './dead-letter-sender.ts';
import { revivedFrame, stillDead, toSend } from './redrive-copy.ts';
import type { RedriveMoves } from './redrive-moves.ts';
import type { MessagePlan } from './redrive-plan.ts';

/**
 * Sends the entries of a message each where it belongs; the message itself stays. Gives how many were sent;
 * undefined: the message must not be deleted.
 *
 * M2: what stays dead is sent first: if that cannot be, nothing was moved. What cannot be moved then
 *     stays dead by itself, so that the next run does not send the others once more.
 */
export async function takeApart(
  plan: MessagePlan,
  moves: RedriveMoves,
): Promise<number | undefined> {
  const { entries, fates, message } = plan;
  const { asTheyAre, queue, sender, tally } = moves.options;
  const rest = entries.filter((_, frame) => fates[frame]?.kind !== 'move');
  const chosen = [...entries.keys()].filter((frame) => fates[frame]?.kind === 'move');
  if (rest.length > 0) {
    const frames = rest.map(({ frame }) => frame);
    const [end = NOT_SENT] = await sendDead([stillDead(message, frames)], plan, moves);
    if (isMaybeDoubled(end)) tally.maybeDoubled += rest.length;
    if (end.kind !== 'ok') {
      // These were not sent at all.
      const kept: Sent = end.kind === 'failed' ? { ...end, maybeSent: false } : end;
      for (const frame of chosen) moves.count(plan, frame, kept);
      return undefined;
    }
  }
  const failed: WireFrame[] = [];
  for (const [queueUrl, numbers] of byTarget(plan, chosen)) {
    const copies = numbers.map((number) => {
      const frame = entries[number]?.frame ?? EMPTY;
      const parts = asTheyAre ? stillDead(message, [frame]) : revivedFrame(frame);
      return toSend(parts, message, moves.idOf(message, number));
    });
    const ends = await sender.send(queueUrl, copies, queue.fifo);
    for (const [at, number] of numbers.entries()) {
      const isMoved = moves.count(plan, number, ends[at] ?? NOT_SENT);
      const frame = entries[number]?.frame;
      if (!isMoved && frame !== undefined) failed.push(frame);
    }
  }
  if (failed.length === 0) return entries.length;
  // Nothing has left it: it stays as it is.
  if (failed.length === entries.length) return undefined;
  const parts = failed.map((frame) => stillDead(message, [frame]));
  const ends = await sendDead(parts, plan, moves);
  tally.maybeDoubled += ends.filter(isMaybeDoubled).length;
  if (ends.every(({ kind }) => kind === 'ok')) return entries.length - failed.length;
  tally.maybeDoubled += entries.length - failed.length;
  return undefined;
}

const EMPTY: WireFrame = { body: '', attributes: {} };
const NOT_SENT: Sent = { kind: 'failed', error: 'Not sent', maybeSent: false };

/** The dead-letter queue may have it twice, or besides the message that stays. */
function isMaybeDoubled(end: Sent): boolean {
  return end.kind === 'ok' ? end.maybeTwice : end.kind === 'failed' && end.maybeSent;
}

/** Into the dead-letter queue, where this run is not to meet them again. */
async function sendDead(
  parts: readonly MessageParts[],
  { message }: MessagePlan,
  moves: RedriveMoves,
): Promise<readonly Sent[]> {
  const { queue, reader, sender } = moves.options;
  const copies = parts.map((each) => toSend(each, message, moves.newId()));
  const ends = await sender.send(queue.queueUrl, copies, queue.fifo);
  for (const end of ends) if (end.kind === 'ok') reader.ignore(end.messageId);
  return ends;
}

function byTarget(
  { fates }: MessagePlan,
  chosen: readonly number[],
): ReadonlyMap<string, readonly number[]> {
  const groups = new Map<string, number[]>();
  for (const number of chosen) {
    const fate = fates[number];
    if (fate?.kind !== 'move') continue;
    const { queueUrl } = fate.target;
    groups.set(queueUrl, [...(groups.get(queueUrl) ?? []), number]);
  }
  return groups;
}

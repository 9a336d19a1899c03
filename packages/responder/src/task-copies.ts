import {
  isFifo,
  type Outbox,
  type OutgoingFrame,
  type Runtime,
  type SendOutcome,
} from '@replyq/contract/transport';
import {
  ATTRIBUTE,
  formatTaskFailure,
  type TaskFailure,
  type WireFrame,
} from '@replyq/contract/wire';
import type { IncomingFrame } from './incoming.ts';

/** The message itself is held meanwhile. */
const SEND_WITHIN_MS = 20_000;

export type NotAccepted = Exclude<SendOutcome, { readonly kind: 'accepted' }>;

/** The task as it is, to its own queue, which holds it back. */
export function sendLater(
  own: Outbox,
  { frame, groupId }: IncomingFrame,
  delayMs: number,
  runtime: Runtime,
): Promise<SendOutcome> {
  const group = groupId === undefined ? {} : { groupId };
  return own.send({ ...copyOf(frame, runtime), ...group, delayMs });
}

/**
 * The task to the dead letters, with the reason; less and less of it, should that be what does not fit.
 * Nobody waits for it any more. Says why it was not taken; undefined: it was.
 */
export async function sendDead(
  deadLetters: Outbox,
  incoming: IncomingFrame,
  failure: Omit<TaskFailure, 'at'>,
  runtime: Runtime,
): Promise<string | undefined> {
  const { groupId, messageId } = incoming;
  const { replyTo: _, ...frame } = incoming.frame;
  const told = { ...failure, at: Math.round(serviceNowMs(incoming)) };
  const notes = [told, { ...told, message: '' }].map(formatTaskFailure);
  const fifo = isFifo(deadLetters.queue);
  const ids = fifo ? { groupId: groupId ?? messageId, deduplicationId: messageId } : {};
  for (const note of [...notes, undefined]) {
    const reason =
      note === undefined ? {} : { [ATTRIBUTE.failure]: { type: 'String', value: note } };
    const copy = { ...frame, attributes: { ...frame.attributes, ...reason } };
    const outcome = await deadLetters.send({ ...copyOf(copy, runtime), ...ids });
    if (outcome.kind === 'accepted') return undefined;
    if (note === undefined || !isUnfit(outcome)) return whyNot(outcome);
  }
  return undefined;
}

/** Whether the message itself is what the queue does not take. */
export function isUnfit(outcome: NotAccepted): boolean {
  return (
    outcome.kind === 'refused' && (outcome.reason === 'tooLarge' || outcome.reason === 'invalid')
  );
}

export function whyNot(outcome: NotAccepted): string {
  return 'error' in outcome ? outcome.error : `Not sent within ${SEND_WITHIN_MS} ms.`;
}

/** The queue's clock. */
export function serviceNowMs(incoming: IncomingFrame): number {
  return incoming.sentAtMs + incoming.ageMs();
}

function copyOf(frame: WireFrame, runtime: Runtime): OutgoingFrame {
  return {
    deadlineMs: runtime.monotonicMs() + SEND_WITHIN_MS,
    pack: false,
    withdrawn: () => false,
    encode: () => frame,
  };
}

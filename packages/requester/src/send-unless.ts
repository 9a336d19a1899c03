import type { Outbox, SendOutcome } from '@replyq/contract/transport';
import type { TaskFrame } from './task-frame.ts';

/** Sends a task, unless `signal` aborts before it is written. It has not aborted yet. */
export async function sendUnless(
  signal: AbortSignal,
  frame: TaskFrame,
  outbox: Outbox,
): Promise<SendOutcome> {
  const giveUp = (): void => {
    frame.givenUp = true;
  };
  signal.addEventListener('abort', giveUp, { once: true });
  const outcome = await outbox.send(frame);
  signal.removeEventListener('abort', giveUp);
  return outcome;
}

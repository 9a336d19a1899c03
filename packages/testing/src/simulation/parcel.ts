import type { OutgoingMessage } from '@replyq/queue';
import type { FrameFact } from './fact.ts';
import { frameFacts } from './frame-facts.ts';

/** A message, and what a history keeps of it. */
export interface Parcel {
  readonly message: OutgoingMessage;
  readonly frames: readonly FrameFact[];
}

export function parcelOf(message: OutgoingMessage): Parcel {
  return { message, frames: frameFacts(message) };
}

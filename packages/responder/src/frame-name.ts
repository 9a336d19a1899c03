import { isCallId } from '@replyq/contract/wire';
import type { IncomingFrame } from './incoming.ts';
import { payloadHash } from './payload-hash.ts';

/** Frames that share a message have its id in common, and nothing else. Those without ids of their own that are alike are one. */
export function nameOfFrame({ frame, messageId }: IncomingFrame): string {
  const task = frame.header?.['task'];
  // Anybody may have written it, at any length.
  const hasId = typeof task === 'string' && isCallId(task);
  return `${messageId} ${hasId ? task : payloadHash('text', `${frame.procedure ?? ''} ${frame.body}`)}`;
}

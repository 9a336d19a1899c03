import type { Runtime } from '@replyq/contract/transport';
import { attemptOf } from '@replyq/contract/wire';
import { MAX_SEND_LAG_MS } from './admission.ts';
import { senderOf } from './incoming.ts';
import { payloadHash } from './payload-hash.ts';
import type { ServedRequest } from './reply-maker.ts';
import type { ClaimRequest } from './reply-store.ts';
import type { ResolvedAnswererSettings } from './responder-options.ts';

/** Where a request is looked at. */
export interface ClaimSurroundings {
  readonly queue: string;
  readonly runtime: Runtime;
  readonly settings: ResolvedAnswererSettings;
}

/**
 * As what the reply store knows a request; undefined: it has no name of its own. A task without a key
 * has none, since the tasks of one packed message share that message's id.
 *
 * A key of the caller's is the verified sender's own. A request that was sent on has lost its sender,
 * so that its key counts for nothing: nobody can read another's reply by repeating its key.
 */
export function claimRequestOf(
  { admitted, deadlineMs, incoming }: ServedRequest,
  { queue, runtime, settings }: ClaimSurroundings,
): ClaimRequest | undefined {
  const { callId, content, family, header, isTask, path, route, service, type } = admitted;
  const { frame, messageId } = incoming;
  const contract = service.contract ?? '';
  const { leaseMs } = settings;
  const copies = { payloadHash: undefined, leaseMs, repeatsForMs: Infinity };
  // Of the queue's: whoever enqueues with the same id means the same task, as on a FIFO queue.
  if (isTask && header.dedup !== undefined)
    return {
      ...copies,
      key: keyOf(`dedup:${queue}`, contract, path, header.dedup),
      idempotent: false,
    };
  const idempotent =
    type === 'query' || service.procedures?.get(path)?.settings.idempotent === true;
  if (isTask && header.task !== undefined)
    return { ...copies, key: keyOf(`task:${queue}`, contract, path, header.task), idempotent };
  if (header.key !== undefined && attemptOf(frame) === 1) {
    return {
      key: keyOf(`key:${senderOf(incoming) ?? ''}`, queue, contract, path, header.key),
      payloadHash: () => payloadHash(content, frame.body),
      leaseMs,
      repeatsForMs: Infinity,
      idempotent,
    };
  }
  // What others call a call id need not be one: a script may reply to one virtual queue again and again.
  const id = family === 'foreign' ? messageId : callId && (header.repeats ?? callId);
  if (id === undefined) return undefined;
  const leftMs = deadlineMs - runtime.monotonicMs();
  return {
    key: keyOf(`call:${queue}`, contract, path, id),
    payloadHash: undefined,
    leaseMs,
    // A copy that somebody sends again is admitted for as long.
    repeatsForMs: route === undefined ? Infinity : leftMs + settings.graceMs + MAX_SEND_LAG_MS,
    idempotent,
  };
}

/** A store keeps keys for long. The text of a template would keep its parts, and what they were cut from. */
function keyOf(...parts: readonly string[]): string {
  return parts.join('/');
}

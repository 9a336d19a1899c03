import { MAX_HELD_BACK_MS } from '@replyq/contract';
import { notify, RecentMap, type Outbox } from '@replyq/contract/transport';
import {
  forwardRequest,
  isSqsText,
  isTaskFrame,
  timeoutMsOf,
  type WireFrame,
} from '@replyq/contract/wire';
import type { GivenBack, HeldMessage } from './held-message.ts';
import type { QueueApi } from './queue-api.ts';

/** The most that closing waits for a queue that does not answer. */
const SEND_WITHIN_MS = 5000;
/** Half-parted messages that are remembered. What is forgotten may come twice. */
const MAX_REMEMBERED = 1000;

export interface SeparationOptions {
  readonly api: QueueApi;
  readonly queue: string;
  /** Of the queue that is read. */
  readonly outbox: Outbox;
}

/**
 * Takes packed messages apart: what must come again is sent to the same queue, each frame by itself,
 * with the time that it has left.
 */
export class Separation {
  readonly #options: SeparationOptions;
  #denied = false;
  /** Of messages that could be taken apart only in part: what is done, and must not come once more. */
  readonly #done = new RecentMap<Set<number>>(MAX_REMEMBERED);

  constructor(options: SeparationOptions) {
    this.#options = options;
  }

  /** Until it turns out that this process may not send to the queue. */
  get possible(): boolean {
    return !this.#denied;
  }

  /** True: each frame is in the queue by itself, or nobody waits for it any more. Never rejects. */
  async separate(held: HeldMessage, frames: readonly GivenBack[]): Promise<boolean> {
    // Before anything is sent, or the others would multiply with each attempt.
    const stuck = frames.some(({ frame }) => !canForward(frame));
    const errors = stuck
      ? ['A frame of it cannot travel by itself.']
      : (await this.#sendLeft(held, frames)).filter((error) => error !== undefined);
    const { api, queue } = this.#options;
    notify(api.observer, {
      kind: 'packSeparated',
      queue,
      messageId: held.message.messageId,
      frames: frames.length,
      ...(errors[0] === undefined ? {} : { error: errors[0] }),
    });
    return errors.length === 0;
  }

  /** Sends what neither is done nor was sent when the message was here before. */
  async #sendLeft(
    held: HeldMessage,
    frames: readonly GivenBack[],
  ): Promise<readonly (string | undefined)[]> {
    const { messageId } = held.message;
    const done = this.#done.get(messageId) ?? new Set();
    const left = frames.filter(({ index }) => !done.has(index));
    const open = new Set(frames.map(({ index }) => index));
    for (let index = 0; index < held.frameCount; index += 1) if (!open.has(index)) done.add(index);
    const errors = await Promise.all(left.map((given) => this.#send(held, given)));
    for (const [at, { index }] of left.entries()) if (errors[at] === undefined) done.add(index);
    this.#done.delete(messageId);
    if (errors.some((error) => error !== undefined)) {
      this.#done.set(messageId, done);
    }
    return errors;
  }

  /** What went wrong; undefined: nothing. */
  async #send(held: HeldMessage, { frame, delayMs }: GivenBack): Promise<string | undefined> {
    const { api, outbox } = this.#options;
    const remainingMs = remainingOf(frame, held);
    const { groupId } = held.message;
    const outcome = await outbox.send({
      deadlineMs: api.runtime.monotonicMs() + SEND_WITHIN_MS,
      pack: false,
      ...(groupId === undefined ? {} : { groupId }),
      ...(delayMs === 0 ? {} : { delayMs: Math.min(delayMs, MAX_HELD_BACK_MS) }),
      withdrawn: () => remainingMs() <= 0,
      encode: () => forwardRequest(frame, remainingMs()),
    });
    if (outcome.kind === 'accepted' || remainingMs() <= 0) return undefined;
    if (outcome.kind === 'refused' && outcome.reason === 'denied') this.#denied = true;
    return 'error' in outcome ? outcome.error : `Not sent within ${SEND_WITHIN_MS} ms.`;
  }
}

/** What is left of the caller's time. A task has no caller: its time counts from when it starts. */
function remainingOf(frame: WireFrame, held: HeldMessage): () => number {
  const timeoutMs = timeoutMsOf(frame);
  if (timeoutMs === undefined) return () => Infinity;
  return isTaskFrame(frame) ? () => timeoutMs : () => timeoutMs - held.ageMs();
}

/** Only what replyq has written, and SQS takes as a message of its own. */
function canForward({ body, header, malformed }: WireFrame): boolean {
  return header !== undefined && malformed === undefined && body !== '' && isSqsText(body);
}

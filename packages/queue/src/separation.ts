import { notify, type Outbox, type SendOutcome } from '@replyq/contract/transport';
import { forwardRequest, timeoutMsOf } from '@replyq/contract/wire';
import type { GivenBack, HeldMessage } from './held-message.ts';
import type { QueueApi } from './queue-api.ts';

/** For requests that name no timeout, and the most that closing waits for a queue that does not answer. */
const SEND_WITHIN_MS = 5000;

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

  constructor(options: SeparationOptions) {
    this.#options = options;
  }

  /** Until it turns out that this process may not send to the queue. */
  get possible(): boolean {
    return !this.#denied;
  }

  /** True: each frame is in the queue by itself, or nobody waits for it any more. Never rejects. */
  async separate(held: HeldMessage, frames: readonly GivenBack[]): Promise<boolean> {
    const outcomes = await Promise.all(frames.map((given) => this.#send(held, given)));
    const failed = outcomes.find(({ kind }) => kind === 'refused' || kind === 'unknown');
    if (failed?.kind === 'refused' && failed.reason === 'denied') this.#denied = true;
    const { api, queue } = this.#options;
    notify(api.observer, {
      kind: 'packSeparated',
      queue,
      messageId: held.message.messageId,
      frames: frames.length,
      ...(failed !== undefined && 'error' in failed ? { error: failed.error } : {}),
    });
    return failed === undefined;
  }

  #send(held: HeldMessage, { frame, delayMs }: GivenBack): Promise<SendOutcome> {
    const { api, outbox } = this.#options;
    const timeoutMs = timeoutMsOf(frame);
    const remainingMs = (): number =>
      timeoutMs === undefined ? SEND_WITHIN_MS : timeoutMs - held.ageMs();
    const { groupId } = held.message;
    return outbox.send({
      deadlineMs: api.runtime.monotonicMs() + Math.min(remainingMs(), SEND_WITHIN_MS),
      pack: false,
      ...(groupId === undefined ? {} : { groupId }),
      ...(delayMs === 0 ? {} : { delayMs }),
      withdrawn: () => remainingMs() <= 0,
      encode: () => forwardRequest(frame, remainingMs()),
    });
  }
}

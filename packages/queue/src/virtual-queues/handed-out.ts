import { TransientMap, type Runtime, type Timer } from '@replyq/contract/transport';
import type { HeldFrame } from '../held-message.ts';

interface HandedOut {
  readonly frame: HeldFrame;
  timer: Timer;
}

/**
 * Messages of a FIFO queue that were handed out, by receipt handle: the next one of a group waits until this
 * one is deleted, and goes back with it when its invisibility ends. Of standard queues nothing is kept.
 */
export class HandedOutMessages {
  readonly #runtime: Runtime;
  readonly #byHandle = new TransientMap<string, HandedOut>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  get size(): number {
    return this.#byHandle.size;
  }

  add(frame: HeldFrame, visibilityMs: number): void {
    frame.handOver();
    const { receiptHandle } = frame.held;
    const timer = this.#runtime.setTimer(visibilityMs, () => this.visible(receiptHandle));
    this.#byHandle.set(receiptHandle, { frame, timer });
  }

  deleted(receiptHandle: string): void {
    this.#forget(receiptHandle)?.leave(false);
  }

  visible(receiptHandle: string): void {
    this.#forget(receiptHandle)?.leave(true);
  }

  extended(receiptHandle: string, visibilityMs: number): void {
    const out = this.#byHandle.get(receiptHandle);
    if (out === undefined) return;
    if (visibilityMs <= 0) return this.visible(receiptHandle);
    out.timer.cancel();
    out.timer = this.#runtime.setTimer(visibilityMs, () => this.visible(receiptHandle));
  }

  /** They stay with those who have them. */
  leaveAll(): void {
    for (const receiptHandle of this.#byHandle.keys()) this.deleted(receiptHandle);
  }

  #forget(receiptHandle: string): HeldFrame | undefined {
    const out = this.#byHandle.get(receiptHandle);
    out?.timer.cancel();
    this.#byHandle.delete(receiptHandle);
    return out?.frame;
  }
}

import { notify, sleep, type InboxHealth, type Polled } from '@replyq/contract/transport';
import { MessageDensity } from './message-density.ts';
import { PollPace } from './poll-pace.ts';
import type { QueueApi } from './queue-api.ts';
import type { Failure, ReceivedMessage } from './queue-service.ts';
import { backoffDelayMs, RECEIVE_BACKOFF } from './retry.ts';

/** Failed receives in a row until an inbox calls itself unhealthy. */
const UNHEALTHY_AFTER = 3;
/** Receives in a row that came back empty before their time until a service is taken for one that does not wait. */
const MANY_EMPTY = 16;
/** Pause after each of its receives then: ten requests a second instead of as many as a core makes. */
const EMPTY_PAUSE_MS = 100;
/** Pause while a queue that was just made is not usable yet. */
const NOT_YET_PAUSE_MS = 250;

export interface QueueReceiverOptions {
  readonly api: QueueApi;
  readonly queue: string;
  readonly queueUrl: string;
  readonly visibilityMs: number;
  readonly notYetUntilMs: number;
  /** Which others may put into one message; 0: none together. */
  readonly framesPerMessage: number;
  readonly onMessages: (
    messages: readonly ReceivedMessage[],
    serviceTimeMs: number | undefined,
  ) => void;
  readonly onFailed?: (failure: Failure) => void;
}

export type PollEnd =
  /** `more`: it brought as many messages as it asked for. */
  | { readonly kind: 'polled'; readonly brought?: Polled }
  | { readonly kind: 'gone'; readonly error: string };

/** Makes the receives of one inbox, and the pauses after those that fail (N2 of the inbox). */
export class QueueReceiver {
  readonly pace: PollPace = new PollPace();
  readonly density: MessageDensity;
  readonly #options: QueueReceiverOptions;
  #pausing: Promise<void> | undefined;
  #failuresInARow = 0;
  #emptyInARow = 0;
  #lastReceiveMs: number | undefined;
  #lastError: string | undefined;

  constructor(options: QueueReceiverOptions) {
    this.#options = options;
    this.density = new MessageDensity(options.framesPerMessage);
  }

  health(): InboxHealth {
    const nowMs = this.#options.api.runtime.monotonicMs();
    return {
      healthy: this.#failuresInARow < UNHEALTHY_AFTER,
      failuresInARow: this.#failuresInARow,
      ...(this.#lastReceiveMs === undefined
        ? {}
        : { lastReceiveAgoMs: nowMs - this.#lastReceiveMs }),
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
    };
  }

  async receive(maxMessages: number, wishedMs: number, stop: AbortSignal): Promise<PollEnd> {
    const { api, onMessages, queue, queueUrl, visibilityMs } = this.#options;
    const startedMs = api.runtime.monotonicMs();
    const waitMs = Math.min(wishedMs, api.service.limits.maxWaitMs);
    const request = { queueUrl, maxMessages, waitMs, visibilityMs, signal: stop };
    const result = await api.receive(request);
    if (result.kind !== 'ok') return this.#failed(result, startedMs, stop);
    this.#failuresInARow = 0;
    this.#lastError = undefined;
    this.#lastReceiveMs = api.runtime.monotonicMs();
    const tookMs = this.#lastReceiveMs - startedMs;
    // Twice in one answer is one message, and the later handle is the one that counts.
    const messages = new Map(result.messages.map((message) => [message.messageId, message]));
    const tripMs = api.trips.areLong ? api.trips.ms : 0;
    this.pace.ended({
      askedMessages: maxMessages,
      messages: messages.size,
      tookMs,
      tripMs,
      waitMs,
    });
    for (const { error, messageId } of result.damaged ?? [])
      notify(api.observer, { kind: 'frameMalformed', queue, messageId, detail: error });
    const received = [...messages.values()];
    onMessages(received, result.serviceTimeMs);
    this.density.received(received);
    const pauseMs = this.#emptyPauseMs(messages.size === 0 && tookMs < waitMs / 2, tookMs);
    if (pauseMs > 0) await sleep(api.runtime, pauseMs, { signal: stop });
    if (messages.size === 0) return { kind: 'polled' };
    return { kind: 'polled', brought: { more: messages.size >= maxMessages, tookMs } };
  }

  /** A receive that is empty before its time is no fault; but it must not become a loop without a turn, nor one that never rests. */
  #emptyPauseMs(isEmptyEarly: boolean, tookMs: number): number {
    this.#emptyInARow = isEmptyEarly ? this.#emptyInARow + 1 : 0;
    if (this.#emptyInARow > MANY_EMPTY) return EMPTY_PAUSE_MS;
    return isEmptyEarly && tookMs < 1 ? 1 : 0;
  }

  async #failed(failure: Failure, startedMs: number, stop: AbortSignal): Promise<PollEnd> {
    const { api, notYetUntilMs } = this.#options;
    if (failure.kind === 'aborted') return { kind: 'polled' };
    this.pace.failed();
    if (failure.kind === 'gone' && startedMs < notYetUntilMs) {
      await sleep(api.runtime, NOT_YET_PAUSE_MS, { signal: stop });
      return { kind: 'polled' };
    }
    if (failure.kind !== 'gone') {
      this.#options.onFailed?.(failure);
      // What fails together is one failure, and makes one pause. But gone is gone.
      if (this.#pausing !== undefined) {
        await this.#pausing;
        return { kind: 'polled' };
      }
    }
    this.#failuresInARow += 1;
    this.#lastError = failure.error;
    const retryInMs = backoffDelayMs(RECEIVE_BACKOFF, this.#failuresInARow, () =>
      api.runtime.random(),
    );
    notify(api.observer, {
      kind: 'receiveFailed',
      queue: this.#options.queue,
      error: failure.error,
      retryInMs,
    });
    if (failure.kind === 'gone') return { kind: 'gone', error: failure.error };
    this.#pausing = sleep(api.runtime, retryInMs, { signal: stop });
    await this.#pausing;
    this.#pausing = undefined;
    return { kind: 'polled' };
  }
}

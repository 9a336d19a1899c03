import { messageOf } from '@replyq/contract';
import {
  notify,
  TransientSet,
  type ApiOperation,
  type Observer,
  type Runtime,
} from '@replyq/contract/transport';
import { messageBytes } from './message-bytes.ts';
import { queueNameOf } from './queue-name.ts';
import { ShortestTrip } from './shortest-trip.ts';
import type {
  BatchResult,
  Failure,
  QueueAttributes,
  QueueService,
  ReceiveResult,
  Result,
} from './queue-service.ts';
import type {
  ChangeVisibilityBatchRequest,
  CreateQueueRequest,
  DeleteBatchRequest,
  QueueRequest,
  ReceiveRequest,
  SendBatchRequest,
} from './queue-service.ts';

/** How much longer than its wait a receive may take, and how long anything else may. */
const RECEIVE_GRACE_MS = 5000;
const OPERATION_LIMIT_MS = 10_000;
/** Deletes and releases: what they do not reach comes again anyway, and close waits for them. */
const SETTLE_LIMIT_MS = 5000;

/** Every page is a request of its own, and nobody waits for the list. */
export const LIST_LIMIT_MS = 60_000;

type Abortable = Pick<QueueRequest, 'signal'>;

export interface ApiCall<R> {
  readonly operation: ApiOperation;
  /** URL or name. */
  readonly queueUrl: string;
  readonly entries: number;
  readonly bytes: number;
  readonly limitMs: number;
  readonly signal: AbortSignal | undefined;
  readonly run: (signal: AbortSignal) => Promise<R>;
}

/**
 * The queue service with a watchdog on each operation, so that a black hole cannot stop a poller
 * or a call, and with each API request told to the observer. All machinery calls through here.
 */
export class QueueApi {
  readonly service: QueueService;
  readonly runtime: Runtime;
  readonly observer: Observer | undefined;
  /** How long requests take that wait for nothing. */
  readonly trips: ShortestTrip = new ShortestTrip();
  /** How to give up each request that is under way. */
  readonly #underWay = new TransientSet<() => void>();
  /** The service's wall clock minus each of ours, from the last answer that told it. */
  #aheadOfMonotonicMs: number | undefined;
  #aheadOfWallMs = 0;
  #closed = false;

  constructor(service: QueueService, runtime: Runtime, observer: Observer | undefined) {
    this.service = service;
    this.runtime = runtime;
    this.observer = observer;
  }

  /**
   * The wall clock as the service tells it: ours may be wrong or step back, and the monotonic one stands
   * still while the host sleeps. Of the two the later one, since peers take what is too old amiss.
   */
  serviceNowMs(): number {
    const byWallMs = this.runtime.nowMs() + this.#aheadOfWallMs;
    if (this.#aheadOfMonotonicMs === undefined) return byWallMs;
    return Math.max(byWallMs, this.runtime.monotonicMs() + this.#aheadOfMonotonicMs);
  }

  sendBatch(request: SendBatchRequest): Promise<BatchResult<{ readonly messageId: string }>> {
    return this.request({
      ...about('SendMessageBatch', request, request.entries.length),
      bytes: this.observer === undefined ? 0 : sum(request.entries.map(messageBytes)),
      run: (signal) => this.service.sendBatch({ ...request, signal }),
    });
  }

  receive(request: ReceiveRequest): Promise<ReceiveResult> {
    return this.request({
      ...about('ReceiveMessage', request, 0),
      limitMs: request.waitMs + RECEIVE_GRACE_MS,
      run: (signal) => this.service.receive({ ...request, signal }),
    });
  }

  deleteBatch(request: DeleteBatchRequest): Promise<BatchResult> {
    return this.request({
      ...about('DeleteMessageBatch', request, request.receiptHandles.length),
      limitMs: SETTLE_LIMIT_MS,
      run: (signal) => this.service.deleteBatch({ ...request, signal }),
    });
  }

  changeVisibilityBatch(
    request: ChangeVisibilityBatchRequest,
    limitMs: number = SETTLE_LIMIT_MS,
  ): Promise<BatchResult> {
    return this.request({
      ...about('ChangeMessageVisibilityBatch', request, request.entries.length),
      limitMs,
      run: (signal) => this.service.changeVisibilityBatch({ ...request, signal }),
    });
  }

  getQueueUrl(name: string, account?: string): Promise<Result<{ readonly queueUrl: string }>> {
    const request = account === undefined ? { name } : { name, account };
    return this.request({
      ...about('GetQueueUrl', { queueUrl: name }, 1),
      run: (signal) => this.service.getQueueUrl({ ...request, signal }),
    });
  }

  createQueue(request: CreateQueueRequest): Promise<Result<{ readonly queueUrl: string }>> {
    return this.request({
      ...about('CreateQueue', { ...request, queueUrl: request.name }, 1),
      run: (signal) => this.service.createQueue({ ...request, signal }),
    });
  }

  deleteQueue(request: QueueRequest): Promise<Result> {
    return this.request({
      ...about('DeleteQueue', request, 1),
      run: (signal) => this.service.deleteQueue({ ...request, signal }),
    });
  }

  tagQueue(
    queueUrl: string,
    tags: Readonly<Record<string, string>>,
    request: Abortable = {},
  ): Promise<Result> {
    return this.request({
      ...about('TagQueue', { ...request, queueUrl }, 1),
      run: (signal) => this.service.tagQueue({ queueUrl, tags, signal }),
    });
  }

  listQueueTags(
    request: QueueRequest,
  ): Promise<Result<{ readonly tags: Readonly<Record<string, string>> }>> {
    return this.request({
      ...about('ListQueueTags', request, 1),
      run: (signal) => this.service.listQueueTags({ ...request, signal }),
    });
  }

  /** Over all pages, each of a thousand queues. */
  listQueues(
    prefix: string,
    request: Abortable = {},
  ): Promise<Result<{ readonly queueUrls: readonly string[] }>> {
    return this.request({
      ...about('ListQueues', { ...request, queueUrl: prefix }, 1),
      limitMs: LIST_LIMIT_MS,
      run: (signal) => this.service.listQueues({ prefix, signal }),
    });
  }

  getQueueAttributes(
    queueUrl: string,
    request: Abortable = {},
  ): Promise<Result<{ readonly attributes: QueueAttributes }>> {
    return this.request({
      ...about('GetQueueAttributes', { ...request, queueUrl }, 1),
      run: (signal) => this.service.getQueueAttributes({ queueUrl, signal }),
    });
  }

  /** Gives up what is under way: nobody is left to tell. Requests made afterwards are not sent. */
  close(): void {
    this.#closed = true;
    for (const giveUp of this.#underWay) giveUp();
  }

  /** For the operations that stand elsewhere: see queue-admin.ts. */
  async request<R extends { readonly kind: string }>(call: ApiCall<R>): Promise<R | Failure> {
    const startedMs = this.runtime.monotonicMs();
    const result = await this.#watched(call);
    this.#learnClock(result);
    const nowMs = this.runtime.monotonicMs();
    const durationMs = nowMs - startedMs;
    const waits = call.operation === 'ReceiveMessage';
    if (result.kind === 'ok' && !waits) this.trips.took(durationMs, nowMs);
    if (this.observer !== undefined) {
      const received = receivedIn(result);
      notify(this.observer, {
        kind: 'apiRequest',
        operation: call.operation,
        queue: queueNameOf(call.queueUrl),
        entries: received?.length ?? call.entries,
        bytes: received === undefined ? call.bytes : sum(received.map(messageBytes)),
        outcome: result.kind,
        durationMs,
      });
    }
    return result;
  }

  #learnClock(result: { readonly kind: string; readonly serviceTimeMs?: number }): void {
    if (result.serviceTimeMs === undefined) return;
    this.#aheadOfMonotonicMs = result.serviceTimeMs - this.runtime.monotonicMs();
    this.#aheadOfWallMs = result.serviceTimeMs - this.runtime.nowMs();
  }

  /** Settles in any case: by the service, by the caller's signal, by the watchdog, or by closing. */
  #watched<R>(call: ApiCall<R>): Promise<R | Failure> {
    const { signal, limitMs } = call;
    if (this.#closed) return Promise.resolve(TRANSPORT_CLOSED);
    if (signal?.aborted === true) return Promise.resolve({ kind: 'aborted', error: 'aborted' });
    return new Promise((resolve) => {
      const controller = new AbortController();
      const settle = (result: R | Failure): void => {
        watchdog.cancel();
        this.#underWay.delete(onAbort);
        signal?.removeEventListener('abort', onAbort);
        resolve(result);
      };
      const giveUp = (failure: Failure): void => {
        settle(failure);
        controller.abort();
      };
      const onAbort = (): void => giveUp({ kind: 'aborted', error: 'aborted' });
      const watchdog = this.runtime.setTimer(limitMs, () =>
        giveUp({ kind: 'unknown', error: `${call.operation} did not answer within ${limitMs} ms` }),
      );
      this.#underWay.add(onAbort);
      signal?.addEventListener('abort', onAbort, { once: true });
      call.run(controller.signal).then(settle, (cause: unknown) => {
        settle({ kind: 'unknown', error: messageOf(cause) });
      });
    });
  }
}

/** Of whatever is asked of a transport that was closed. */
export const TRANSPORT_CLOSED: Failure = { kind: 'unreachable', error: 'The transport is closed' };

export function about(
  operation: ApiOperation,
  request: QueueRequest,
  entries: number,
): Omit<ApiCall<never>, 'run'> {
  return {
    operation,
    queueUrl: request.queueUrl,
    entries,
    bytes: 0,
    limitMs: OPERATION_LIMIT_MS,
    signal: request.signal,
  };
}

function receivedIn(result: object): Parameters<typeof messageBytes>[0][] | undefined {
  return 'messages' in result && Array.isArray(result.messages) ? result.messages : undefined;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

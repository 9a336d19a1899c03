/*
 * The service in its parts:
 *
 *   memory-queue-service.ts  checks a call as a whole and finds its queue
 *   queue-directory.ts       makes queues; owns which there are and which names are blocked
 *   memory-queue.ts          one queue: owns the place of each of its messages
 *     hidden-messages.ts                 the delayed and in-flight messages
 *     standard-shelf.ts, fifo-shelf.ts   the visible messages, in the order of their leaving
 *     receipts.ts                        which handle stands for which message
 *     long-polls.ts                      the receives that wait
 *     deduplication-window.ts            the ids that a FIFO queue has seen
 *   move-tasks.ts            moves dead letters for who asks the service to
 *   kept-messages.ts         which messages a queue still has
 *   queue-surroundings.ts    what a queue has from its service
 *   request-rules.ts, message-rules.ts, attribute-rules.ts, queue-settings.ts, queue-tags.ts,
 *   redrive-rules.ts
 *                            what SQS refuses
 *   plain-text.ts            spares most texts the check of their characters
 *
 * One heap of alarms serves all queues: one platform timer, none when nothing is hidden or waits.
 */
import { Alarms } from '@replyq/contract/transport';
import {
  messageBytes,
  parseQueueUrl,
  type BatchResult,
  type ChangeVisibilityBatchRequest,
  type CreateQueueRequest,
  type DeleteBatchRequest,
  type Failure,
  type QueueRequest,
  type QueueService,
  type ReceiveRequest,
  type ReceiveResult,
  type Result,
  type SendBatchRequest,
  type ServiceLimits,
} from '@replyq/queue';
import {
  resolveMemoryQueueServiceOptions,
  type MemoryQueueServiceOptions,
  type ResolvedMemoryQueueServiceOptions,
} from './memory-queue-service-options.ts';
import type { MemoryQueue } from './memory-queue.ts';
import { MoveTasks } from './move-tasks.ts';
import { QueueDirectory } from './queue-directory.ts';
import { mergeTags, tagsFault } from './queue-tags.ts';
import { closed, gone } from './queue-failures.ts';
import {
  batchFault,
  invalidIf,
  receiveFault,
  sendBatchFault,
  visibilityFault,
} from './request-rules.ts';

type Operation = Exclude<keyof QueueService, 'limits'>;
type RequestOf<O extends Operation> = Parameters<NonNullable<QueueService[O]>>[0];

/**
 * SQS in this process: at least as strict as the real one, on the time of a `Runtime`. Effects
 * happen when an operation is called, results come in a later microtask.
 */
export class MemoryQueueService implements QueueService {
  readonly limits: ServiceLimits;
  readonly #options: ResolvedMemoryQueueServiceOptions;
  readonly #directory: QueueDirectory;
  readonly #moves: MoveTasks;
  #closed = false;

  /** Throws a `RangeError` for an option out of its range. */
  constructor(options?: MemoryQueueServiceOptions) {
    this.#options = resolveMemoryQueueServiceOptions(options);
    this.limits = this.#options.limits;
    const { runtime } = this.#options;
    const alarms = new Alarms(runtime, { keepAlive: false });
    const nowMs = (): number => this.#serviceTimeMs();
    this.#directory = new QueueDirectory({ options: this.#options, alarms, nowMs });
    this.#moves = new MoveTasks({ runtime, alarms, directory: this.#directory });
  }

  async sendBatch(request: SendBatchRequest): Promise<BatchResult<{ readonly messageId: string }>> {
    const { queueUrl, entries } = request;
    const sizes = entries.map(messageBytes);
    const failure = this.#unavailable(request) ?? sendBatchFault(sizes, this.limits);
    if (failure !== undefined) return failure;
    const queue = this.#find(queueUrl) ?? this.#findLingering(queueUrl);
    return 'kind' in queue ? queue : this.#ok({ entries: queue.send(entries, sizes) });
  }

  async receive(request: ReceiveRequest): Promise<ReceiveResult> {
    const queue = this.#open(request, receiveFault(request, this.limits));
    if ('kind' in queue) return queue;
    const there = queue.receive(request);
    if (there !== undefined) return this.#ok({ messages: there });
    const end = await queue.wait(request);
    return end.kind === 'messages' ? this.#ok({ messages: end.messages }) : end;
  }

  async deleteBatch(request: DeleteBatchRequest): Promise<BatchResult> {
    const queue = this.#open(request, batchFault(request.receiptHandles.length, this.limits));
    if ('kind' in queue) return queue;
    return this.#ok({ entries: request.receiptHandles.map((handle) => queue.delete(handle)) });
  }

  async changeVisibilityBatch(request: ChangeVisibilityBatchRequest): Promise<BatchResult> {
    const queue = this.#open(request, batchFault(request.entries.length, this.limits));
    if ('kind' in queue) return queue;
    const entries = request.entries.map(
      ({ receiptHandle, visibilityMs }) =>
        visibilityFault(visibilityMs) ?? queue.changeVisibility(receiptHandle, visibilityMs),
    );
    return this.#ok({ entries });
  }

  async getQueueUrl(request: RequestOf<'getQueueUrl'>): ReturnType<QueueService['getQueueUrl']> {
    const failure = this.#unavailable(request);
    if (failure !== undefined) return failure;
    const { name, account = this.#options.account } = request;
    const queue = account === this.#options.account ? this.#directory.find(name) : undefined;
    return queue === undefined ? gone(name) : this.#ok({ queueUrl: queue.url });
  }

  async createQueue(request: CreateQueueRequest): Promise<Result<{ readonly queueUrl: string }>> {
    const queue = this.#unavailable(request) ?? this.#directory.create(request);
    return 'kind' in queue ? queue : this.#ok({ queueUrl: queue.url });
  }

  async deleteQueue(request: QueueRequest): Promise<Result> {
    const queue = this.#open(request);
    if ('kind' in queue) return queue;
    this.#directory.remove(queue, gone(request.queueUrl));
    return this.#ok({});
  }

  async tagQueue(request: RequestOf<'tagQueue'>): Promise<Result> {
    const queue = this.#open(request);
    if ('kind' in queue) return queue;
    const tags = mergeTags(queue.tags, request.tags);
    const failure = invalidIf(tagsFault(tags));
    if (failure !== undefined) return failure;
    queue.tags = tags;
    return this.#ok({});
  }

  async listQueueTags(request: QueueRequest): ReturnType<QueueService['listQueueTags']> {
    const queue = this.#open(request);
    return 'kind' in queue ? queue : this.#ok({ tags: mergeTags({}, queue.tags) });
  }

  async listQueues(request: RequestOf<'listQueues'>): ReturnType<QueueService['listQueues']> {
    const failure = this.#unavailable(request);
    if (failure !== undefined) return failure;
    return this.#ok({ queueUrls: this.#directory.list(request.prefix).map(({ url }) => url) });
  }

  async getQueueAttributes(request: QueueRequest): ReturnType<QueueService['getQueueAttributes']> {
    const queue = this.#open(request);
    return 'kind' in queue ? queue : this.#ok({ attributes: queue.attributes() });
  }

  async setQueueAttributes(request: RequestOf<'setQueueAttributes'>): Promise<Result> {
    const queue = this.#open(request);
    if ('kind' in queue) return queue;
    return this.#directory.change(queue, request.attributes) ?? this.#ok({});
  }

  async purgeQueue(request: QueueRequest): Promise<Result> {
    const queue = this.#open(request);
    return 'kind' in queue ? queue : (queue.purge() ?? this.#ok({}));
  }

  async listDeadLetterSourceQueues(request: QueueRequest): ReturnType<QueueService['listQueues']> {
    const queue = this.#open(request);
    if ('kind' in queue) return queue;
    return this.#ok({ queueUrls: this.#directory.sourcesOf(queue).map(({ url }) => url) });
  }

  async startMessageMoveTask(
    request: RequestOf<'startMessageMoveTask'>,
  ): ReturnType<NonNullable<QueueService['startMessageMoveTask']>> {
    const started = this.#unavailable(request) ?? this.#moves.start(request);
    return 'kind' in started ? started : this.#ok({ taskHandle: started.taskHandle });
  }

  async listMessageMoveTasks(
    request: RequestOf<'listMessageMoveTasks'>,
  ): ReturnType<NonNullable<QueueService['listMessageMoveTasks']>> {
    const tasks = this.#unavailable(request) ?? this.#moves.list(request.sourceArn);
    return 'kind' in tasks ? tasks : this.#ok({ tasks });
  }

  checkHost(): 'ok' {
    return 'ok';
  }

  /** Open long polls end with `unreachable`: the messages stay where they are. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#moves.close();
    this.#directory.close(closed);
  }

  /** The queue of a request that is not at `fault`. */
  #open(request: QueueRequest, fault?: Failure): MemoryQueue | Failure {
    return (
      this.#unavailable(request) ?? fault ?? this.#find(request.queueUrl) ?? gone(request.queueUrl)
    );
  }

  #unavailable({ signal }: { readonly signal?: AbortSignal }): Failure | undefined {
    if (this.#closed) return closed;
    return signal?.aborted === true
      ? { kind: 'aborted', error: 'Aborted before it began' }
      : undefined;
  }

  #find(queueUrl: string): MemoryQueue | Failure | undefined {
    const own = this.#directory.findByUrl(queueUrl);
    if (own !== undefined) return own;
    const parsed = parseQueueUrl(queueUrl);
    if (parsed === undefined) return { kind: 'invalid', error: 'Not a queue URL' };
    if (parsed.account !== this.#options.account) return undefined;
    return this.#directory.find(parsed.name);
  }

  /** A queue that is deleted but not everywhere: it takes messages to nowhere. */
  #findLingering(queueUrl: string): Pick<MemoryQueue, 'send'> | Failure {
    const name = parseQueueUrl(queueUrl)?.name ?? '';
    const { deletedLingersMs, runtime } = this.#options;
    if (!this.#directory.wasDeletedWithin(name, deletedLingersMs)) return gone(queueUrl);
    return {
      send: (messages) => messages.map(() => ({ kind: 'ok', messageId: runtime.createId(22) })),
    };
  }

  #serviceTimeMs(): number {
    return this.#options.runtime.nowMs() + this.#options.clockOffsetMs;
  }

  #ok<T extends object>(value: T): { readonly kind: 'ok'; readonly serviceTimeMs: number } & T {
    return { kind: 'ok', serviceTimeMs: this.#serviceTimeMs(), ...value };
  }
}

/** Throws a `RangeError` for an option out of its range. */
export function createMemoryQueueService(options?: MemoryQueueServiceOptions): MemoryQueueService {
  return new MemoryQueueService(options);
}

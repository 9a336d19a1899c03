import type {
  BatchResult,
  ChangeVisibilityBatchRequest,
  CreateQueueRequest,
  DeleteBatchRequest,
  Failure,
  FailureKind,
  MessageMoveTask,
  QueueAttributes,
  QueueRequest,
  QueueService,
  ReceiveRequest,
  ReceiveResult,
  Result,
  SendBatchRequest,
  ServiceLimits,
  StartMessageMoveTaskRequest,
} from '@replyq/queue';
import { ScriptQueue } from './script-queue.ts';
import type { ServiceOperation, ServiceRequest, ServiceScript } from './service-script.ts';

/**
 * A {@link QueueService} that does what another one does, except where it is told to fail: for
 * tests of what stands on the port. Closing it closes the other one.
 */
export class ScriptedQueueService implements QueueService {
  readonly limits: ServiceLimits;
  readonly script: ServiceScript;
  readonly #inner: QueueService;
  readonly #steps: ScriptQueue = new ScriptQueue();

  constructor(inner: QueueService) {
    this.#inner = inner;
    this.limits = inner.limits;
    this.script = this.#steps;
  }

  sendBatch(request: SendBatchRequest): Promise<BatchResult<{ readonly messageId: string }>> {
    return this.#batch('sendBatch', request, request.entries, (entries) =>
      this.#inner.sendBatch({ ...request, entries }),
    );
  }

  deleteBatch(request: DeleteBatchRequest): Promise<BatchResult> {
    return this.#batch('deleteBatch', request, request.receiptHandles, (receiptHandles) =>
      this.#inner.deleteBatch({ ...request, receiptHandles }),
    );
  }

  changeVisibilityBatch(request: ChangeVisibilityBatchRequest): Promise<BatchResult> {
    return this.#batch('changeVisibilityBatch', request, request.entries, (entries) =>
      this.#inner.changeVisibilityBatch({ ...request, entries }),
    );
  }

  receive(request: ReceiveRequest): Promise<ReceiveResult> {
    return this.#whole('receive', request, () => this.#inner.receive(request));
  }

  getQueueUrl(
    request: ServiceRequest<'getQueueUrl'>,
  ): Promise<Result<{ readonly queueUrl: string }>> {
    return this.#whole('getQueueUrl', request, () => this.#inner.getQueueUrl(request));
  }

  createQueue(request: CreateQueueRequest): Promise<Result<{ readonly queueUrl: string }>> {
    return this.#whole('createQueue', request, () => this.#inner.createQueue(request));
  }

  deleteQueue(request: QueueRequest): Promise<Result> {
    return this.#whole('deleteQueue', request, () => this.#inner.deleteQueue(request));
  }

  tagQueue(request: ServiceRequest<'tagQueue'>): Promise<Result> {
    return this.#whole('tagQueue', request, () => this.#inner.tagQueue(request));
  }

  listQueueTags(
    request: QueueRequest,
  ): Promise<Result<{ readonly tags: Readonly<Record<string, string>> }>> {
    return this.#whole('listQueueTags', request, () => this.#inner.listQueueTags(request));
  }

  listQueues(
    request: ServiceRequest<'listQueues'>,
  ): Promise<Result<{ readonly queueUrls: readonly string[] }>> {
    return this.#whole('listQueues', request, () => this.#inner.listQueues(request));
  }

  getQueueAttributes(
    request: QueueRequest,
  ): Promise<Result<{ readonly attributes: QueueAttributes }>> {
    return this.#whole('getQueueAttributes', request, () =>
      this.#inner.getQueueAttributes(request),
    );
  }

  setQueueAttributes(request: ServiceRequest<'setQueueAttributes'>): Promise<Result> {
    return this.#whole('setQueueAttributes', request, () =>
      this.#inner.setQueueAttributes(request),
    );
  }

  purgeQueue(request: QueueRequest): Promise<Result> {
    return this.#whole('purgeQueue', request, () => this.#inner.purgeQueue(request));
  }

  listDeadLetterSourceQueues(
    request: QueueRequest,
  ): Promise<Result<{ readonly queueUrls: readonly string[] }>> {
    return this.#whole('listDeadLetterSourceQueues', request, () =>
      this.#inner.listDeadLetterSourceQueues(request),
    );
  }

  /** `invalid` where the other one has no such tasks. */
  startMessageMoveTask(
    request: StartMessageMoveTaskRequest,
  ): Promise<Result<{ readonly taskHandle: string }>> {
    return this.#whole(
      'startMessageMoveTask',
      request,
      async () => (await this.#inner.startMessageMoveTask?.(request)) ?? NO_TASKS,
    );
  }

  /** `invalid` where the other one has no such tasks. */
  listMessageMoveTasks(
    request: ServiceRequest<'listMessageMoveTasks'>,
  ): Promise<Result<{ readonly tasks: readonly MessageMoveTask[] }>> {
    return this.#whole(
      'listMessageMoveTasks',
      request,
      async () => (await this.#inner.listMessageMoveTasks?.(request)) ?? NO_TASKS,
    );
  }

  checkHost(url: URL): 'ok' | 'scheme' | 'host' {
    return this.#inner.checkHost(url);
  }

  async close(): Promise<void> {
    this.#steps.close();
    await this.#inner.close();
  }

  /** Runs an operation that is not a batch; of its entries there are none to single out. */
  async #whole<R extends { readonly kind: string }>(
    operation: ServiceOperation,
    request: { readonly signal?: AbortSignal },
    pass: () => Promise<R>,
  ): Promise<R | Failure> {
    const step = this.#steps.take(operation, request);
    if (step.kind === 'fail') return failed(operation, step.failure);
    if (step.kind === 'hold') {
      const end = await this.#steps.held(step, request.signal);
      if (end !== undefined) return end;
    }
    const result = await pass();
    if (step.kind === 'loseAnswer') return failed(operation, 'unknown');
    if (step.kind !== 'holdAnswer') return result;
    const end = await this.#steps.held(step, request.signal);
    // However it ended, it had taken effect.
    return end === undefined ? result : failed(operation, 'unknown');
  }

  async #batch<T, E extends { readonly kind: 'ok' }>(
    operation: ServiceOperation,
    request: { readonly signal?: AbortSignal },
    entries: readonly T[],
    pass: (
      entries: readonly T[],
    ) => Promise<Result<{ readonly entries: readonly (E | Failure)[] }>>,
  ): Promise<Result<{ readonly entries: readonly (E | Failure)[] }>> {
    const step = this.#steps.peek(operation);
    if (step.kind !== 'failEntry' && step.kind !== 'dropEntry') {
      return this.#whole(operation, request, () => pass(entries));
    }
    this.#steps.take(operation, request);
    const { index, kind } = step;
    const passed = kind === 'dropEntry' ? entries : entries.filter((_, at) => at !== index);
    const result = passed.length === 0 ? NOTHING : await pass(passed);
    if (result.kind !== 'ok' || index >= entries.length) return result;
    const outcome = failed(operation, kind === 'dropEntry' ? 'unknown' : step.failure);
    return {
      ...result,
      entries: result.entries.toSpliced(
        index,
        entries.length - passed.length === 0 ? 1 : 0,
        outcome,
      ),
    };
  }
}

/** An empty batch is nothing to send. */
const NOTHING = { kind: 'ok', entries: [] } as const;

const NO_TASKS: Failure = { kind: 'invalid', error: 'The service has no message move tasks' };

function failed(operation: ServiceOperation, kind: FailureKind): Failure {
  return { kind, error: `Scripted: ${operation} is ${kind}` };
}

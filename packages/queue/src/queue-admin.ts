import { about, LIST_LIMIT_MS, type QueueApi } from './queue-api.ts';
import type {
  Failure,
  MessageMoveTask,
  QueueAttributeChanges,
  QueueRequest,
  Result,
  StartMessageMoveTaskRequest,
} from './queue-service.ts';

const NO_TASKS: Failure = { kind: 'invalid', error: 'The service has no message move tasks' };

/** The operations of administrators, watched and told like those of the machinery. */
export class QueueAdmin {
  readonly #api: QueueApi;

  constructor(api: QueueApi) {
    this.#api = api;
  }

  setQueueAttributes(
    request: QueueRequest & { readonly attributes: QueueAttributeChanges },
  ): Promise<Result> {
    return this.#api.request({
      ...about('SetQueueAttributes', request, 1),
      run: (signal) => this.#api.service.setQueueAttributes({ ...request, signal }),
    });
  }

  purgeQueue(request: QueueRequest): Promise<Result> {
    return this.#api.request({
      ...about('PurgeQueue', request, 1),
      run: (signal) => this.#api.service.purgeQueue({ ...request, signal }),
    });
  }

  listDeadLetterSourceQueues(
    request: QueueRequest,
  ): Promise<Result<{ readonly queueUrls: readonly string[] }>> {
    return this.#api.request({
      ...about('ListDeadLetterSourceQueues', request, 1),
      limitMs: LIST_LIMIT_MS,
      run: (signal) => this.#api.service.listDeadLetterSourceQueues({ ...request, signal }),
    });
  }

  /** `invalid` also where the service has no such tasks. */
  startMessageMoveTask(
    request: StartMessageMoveTaskRequest,
  ): Promise<Result<{ readonly taskHandle: string }>> {
    const start = this.#api.service.startMessageMoveTask?.bind(this.#api.service);
    if (start === undefined) return Promise.resolve(NO_TASKS);
    return this.#api.request({
      ...about('StartMessageMoveTask', { ...request, queueUrl: request.sourceArn }, 1),
      run: (signal) => start({ ...request, signal }),
    });
  }

  /** `invalid` also where the service has no such tasks. */
  listMessageMoveTasks(request: {
    readonly sourceArn: string;
    readonly signal?: AbortSignal;
  }): Promise<Result<{ readonly tasks: readonly MessageMoveTask[] }>> {
    const list = this.#api.service.listMessageMoveTasks?.bind(this.#api.service);
    if (list === undefined) return Promise.resolve(NO_TASKS);
    return this.#api.request({
      ...about('ListMessageMoveTasks', { ...request, queueUrl: request.sourceArn }, 1),
      run: (signal) => list({ ...request, signal }),
    });
  }
}

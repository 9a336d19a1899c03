import {
  type BatchResult,
  type ChangeVisibilityBatchRequest,
  type CreateQueueRequest,
  type DeleteBatchRequest,
  type Failure,
  type FailureKind,
  type QueueAttributes,
  type QueueRequest,
  type QueueService,
  type ReceiveRequest,
  type ReceiveResult,
  type Result,
  type SendBatchRequest,
  type ServiceLimits,
} from '@replyq/queue';
import type { Broker } from './broker.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { Network, NetworkFault } from './network.ts';
import type { SimProcess } from './sim-process.ts';

export interface SimQueueServiceOptions {
  readonly process: SimProcess;
  readonly network: Network;
  readonly broker: Broker;
  readonly plan: FaultPlan;
  /** What faults call a queue, so that its random name does not matter: `request`, `reply`. */
  readonly roleOf: (queueName: string) => string;
}

/** One process's {@link QueueService}: the broker, at the other end of a network with faults. */
export class SimQueueService implements QueueService {
  readonly limits: ServiceLimits;
  readonly #options: SimQueueServiceOptions;

  constructor(options: SimQueueServiceOptions) {
    this.#options = options;
    this.limits = options.broker.service.limits;
  }

  sendBatch(request: SendBatchRequest): Promise<BatchResult<{ readonly messageId: string }>> {
    const { broker, process } = this.#options;
    const { entries, queueUrl, signal } = request;
    return this.#batch(
      `send:${this.#role(queueUrl)}`,
      signal,
      entries,
      // A reply that is refused for good is given up, rightly: a scenario of its own.
      this.#role(queueUrl) === 'reply' ? ['refused'] : [],
      (subject, entries) => broker.sendBatch(process.name, subject, { queueUrl, entries }),
    );
  }

  receive(request: ReceiveRequest): Promise<ReceiveResult> {
    const { broker, network, process } = this.#options;
    const { signal, ...rest } = request;
    const queue = broker.nameOf(request.queueUrl);
    return network
      .call<ReceiveResult>({
        operation: `receive:${this.#role(request.queueUrl)}`,
        signal,
        never: ['refused'],
        work: (left) => broker.receive(process.name, { ...rest, signal: left }),
        failed,
      })
      .then((result) => {
        const ok = result.kind === 'ok';
        process.tell({
          kind: 'polled',
          queue,
          ok,
          ...(result.kind === 'gone' ? { gone: true } : {}),
          ...(ok ? { messageIds: result.messages.map(({ messageId }) => messageId) } : {}),
        });
        return result;
      });
  }

  deleteBatch(request: DeleteBatchRequest): Promise<BatchResult> {
    const { broker, process } = this.#options;
    const { queueUrl, receiptHandles, signal } = request;
    const operation = `delete:${this.#role(queueUrl)}`;
    return this.#batch(operation, signal, receiptHandles, [], (subject, receiptHandles) =>
      broker.deleteBatch(process.name, subject, { queueUrl, receiptHandles }),
    );
  }

  changeVisibilityBatch(request: ChangeVisibilityBatchRequest): Promise<BatchResult> {
    const { broker } = this.#options;
    const { entries, queueUrl, signal } = request;
    const operation = `changeVisibility:${this.#role(queueUrl)}`;
    return this.#batch(operation, signal, entries, [], (_, entries) =>
      broker.changeVisibilityBatch({ queueUrl, entries }),
    );
  }

  getQueueUrl(request: {
    readonly name: string;
    readonly account?: string;
    readonly signal?: AbortSignal;
  }): Promise<Result<{ readonly queueUrl: string }>> {
    const { signal, ...rest } = request;
    return this.#whole('getQueueUrl', signal, (service) => service.getQueueUrl(rest));
  }

  createQueue(request: CreateQueueRequest): Promise<Result<{ readonly queueUrl: string }>> {
    const { broker, process } = this.#options;
    const { signal, ...rest } = request;
    return this.#whole('createQueue', signal, () => broker.createQueue(process.name, rest));
  }

  deleteQueue({ queueUrl, signal }: QueueRequest): Promise<Result> {
    const { broker, process } = this.#options;
    return this.#whole('deleteQueue', signal, () => broker.deleteQueue(process.name, { queueUrl }));
  }

  tagQueue(
    request: QueueRequest & { readonly tags: Readonly<Record<string, string>> },
  ): Promise<Result> {
    const { signal, ...rest } = request;
    return this.#whole('tagQueue', signal, (service) => service.tagQueue(rest));
  }

  listQueueTags({
    queueUrl,
    signal,
  }: QueueRequest): Promise<Result<{ readonly tags: Readonly<Record<string, string>> }>> {
    return this.#whole('listQueueTags', signal, (service) => service.listQueueTags({ queueUrl }));
  }

  listQueues(request: {
    readonly prefix: string;
    readonly signal?: AbortSignal;
  }): Promise<Result<{ readonly queueUrls: readonly string[] }>> {
    const { signal, ...rest } = request;
    return this.#whole('listQueues', signal, (service) => service.listQueues(rest));
  }

  getQueueAttributes({
    queueUrl,
    signal,
  }: QueueRequest): Promise<Result<{ readonly attributes: QueueAttributes }>> {
    return this.#whole('getQueueAttributes', signal, (service) =>
      service.getQueueAttributes({ queueUrl }),
    );
  }

  checkHost(url: URL): 'ok' | 'scheme' | 'host' {
    return this.#options.broker.service.checkHost(url);
  }

  /** The broker serves the others. */
  async close(): Promise<void> {}

  #role(queueUrl: string): string {
    return this.#options.roleOf(this.#options.broker.nameOf(queueUrl));
  }

  #whole<T extends object>(
    operation: string,
    signal: AbortSignal | undefined,
    work: (service: QueueService) => Promise<Result<T>>,
  ): Promise<Result<T>> {
    const { broker, network } = this.#options;
    return network.call<Result<T>>({
      operation,
      signal,
      never: ['refused'],
      work: () => work(broker.service),
      failed,
    });
  }

  /** Single entries of a batch fail, too: without effect, or with one that nobody is told of. */
  #batch<E, T extends object>(
    operation: string,
    signal: AbortSignal | undefined,
    entries: readonly E[],
    never: readonly NetworkFault[],
    work: (subject: string, entries: readonly E[]) => Promise<BatchResult<T>>,
  ): Promise<BatchResult<T>> {
    const { network, plan } = this.#options;
    const subject = network.subject(operation);
    const refused = entries.map((_, index) =>
      plan.happens('entryThrottled', `${subject}.${index}`),
    );
    const unsaid = entries.map(
      (_, index) => refused[index] !== true && plan.happens('entryLost', `${subject}.${index}`),
    );
    const passed = entries.filter((_, index) => refused[index] !== true);
    return network.call<BatchResult<T>>(
      {
        operation,
        signal,
        never,
        failed,
        work: async () => {
          const result: BatchResult<T> =
            passed.length === 0 ? { kind: 'ok', entries: [] } : await work(subject, passed);
          if (result.kind !== 'ok' || (passed.length === entries.length && !unsaid.includes(true)))
            return result;
          const answers = [...result.entries];
          return {
            ...result,
            entries: entries.map((_, index) => {
              if (refused[index] === true) return failed('throttled', 'Simulated: entryThrottled');
              const answer = answers.shift() ?? failed('unknown', 'No answer');
              return unsaid[index] === true ? failed('unknown', 'Simulated: entryLost') : answer;
            }),
          };
        },
      },
      subject,
    );
  }
}

function failed(kind: FailureKind, error: string): Failure {
  return { kind, error };
}

import {
  type BatchResult,
  type ChangeVisibilityBatchRequest,
  type CreateQueueRequest,
  type DeleteBatchRequest,
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
import { Deliveries } from './deliveries.ts';
import { EntryFaults, failed } from './entry-faults.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { Network } from './network.ts';
import { parcelOf, type Parcel } from './parcel.ts';
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
  readonly #deliveries = new Deliveries();

  constructor(options: SimQueueServiceOptions) {
    this.#options = options;
    this.limits = options.broker.service.limits;
  }

  sendBatch(request: SendBatchRequest): Promise<BatchResult<{ readonly messageId: string }>> {
    const { broker, network, process } = this.#options;
    const { entries, queueUrl, signal } = request;
    const parcels = entries.map(parcelOf);
    const role = this.#role(queueUrl);
    const operation = `send:${role}`;
    return this.#batch(
      { operation, signal, subject: network.subject(operation, this.#firstCall(parcels)) },
      parcels,
      (subject, passed) => broker.sendBatch(process.name, subject, queueUrl, passed),
    ).then((result) => {
      this.#tellFailures(queueUrl, parcels, result);
      return result;
    });
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
          ...(ok ? { messages: this.#deliveries.brought(result.messages) } : {}),
        });
        return result;
      });
  }

  deleteBatch(request: DeleteBatchRequest): Promise<BatchResult> {
    const { broker, process } = this.#options;
    const { queueUrl, receiptHandles, signal } = request;
    for (const handle of receiptHandles) this.#tellHandle('delete', queueUrl, handle);
    const operation = `delete:${this.#role(queueUrl)}`;
    return this.#batch({ operation, signal }, receiptHandles, (subject, receiptHandles) =>
      broker.deleteBatch(process.name, subject, { queueUrl, receiptHandles }),
    );
  }

  changeVisibilityBatch(request: ChangeVisibilityBatchRequest): Promise<BatchResult> {
    const { broker } = this.#options;
    const { entries, queueUrl, signal } = request;
    for (const { receiptHandle } of entries) this.#tellHandle('extend', queueUrl, receiptHandle);
    const operation = `changeVisibility:${this.#role(queueUrl)}`;
    return this.#batch({ operation, signal }, entries, (_, entries) =>
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
    process.tell({ kind: 'queueDeleteAsked', queue: broker.nameOf(queueUrl) });
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

  setQueueAttributes(request: Parameters<QueueService['setQueueAttributes']>[0]): Promise<Result> {
    const { signal, ...rest } = request;
    return this.#whole('setQueueAttributes', signal, (service) => service.setQueueAttributes(rest));
  }

  purgeQueue({ queueUrl, signal }: QueueRequest): Promise<Result> {
    return this.#whole('purgeQueue', signal, (service) => service.purgeQueue({ queueUrl }));
  }

  listDeadLetterSourceQueues({
    queueUrl,
    signal,
  }: QueueRequest): Promise<Result<{ readonly queueUrls: readonly string[] }>> {
    return this.#whole('listDeadLetterSourceQueues', signal, (service) =>
      service.listDeadLetterSourceQueues({ queueUrl }),
    );
  }

  // No move tasks: what the broker itself moves would be no process's doing, and on no record.

  checkHost(url: URL): 'ok' | 'scheme' | 'host' {
    return this.#options.broker.service.checkHost(url);
  }

  /** The broker serves the others. */
  async close(): Promise<void> {}

  #role(queueUrl: string): string {
    return this.#options.roleOf(this.#options.broker.nameOf(queueUrl));
  }

  #tellHandle(operation: 'delete' | 'extend', queueUrl: string, handle: string): void {
    const { broker, process } = this.#options;
    const known = this.#deliveries.of(handle);
    if (known === undefined) return;
    process.tell({ kind: 'handleUsed', queue: broker.nameOf(queueUrl), for: operation, ...known });
  }

  #firstCall([first]: readonly Parcel[]): string | undefined {
    const [frame] = first?.frames ?? [];
    return frame?.call ?? this.#options.broker.callOf(frame?.callId ?? '');
  }

  #tellFailures(queueUrl: string, parcels: readonly Parcel[], result: BatchResult): void {
    const { broker, process } = this.#options;
    for (const [index, { frames }] of parcels.entries()) {
      const failure = result.kind === 'ok' ? (result.entries[index]?.kind ?? 'none') : result.kind;
      if (failure === 'ok') continue;
      process.tell({
        kind: 'sendFailed',
        queue: broker.nameOf(queueUrl),
        failure,
        frames: frames[0]?.kind ?? 'foreign',
        callIds: frames.flatMap(({ callId }) => callId ?? []),
      });
    }
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
    asked: Asked,
    entries: readonly E[],
    work: (subject: string, entries: readonly E[]) => Promise<BatchResult<T>>,
  ): Promise<BatchResult<T>> {
    const { network, plan } = this.#options;
    const { operation, signal, subject = network.subject(operation) } = asked;
    const faults = new EntryFaults(plan, subject, entries.length);
    return network.call<BatchResult<T>>(
      {
        operation,
        signal,
        failed,
        work: async () => {
          const passed = entries.filter((_, index) => !faults.isRefused(index));
          const result: BatchResult<T> =
            passed.length === 0 ? { kind: 'ok', entries: [] } : await work(subject, passed);
          return faults.answer(result);
        },
      },
      subject,
    );
  }
}

interface Asked {
  readonly operation: string;
  readonly signal: AbortSignal | undefined;
  /** Default: the next of its operation. */
  readonly subject?: string;
}

import { createMemoryQueueService, type MemoryQueueServiceOptions } from '@replyq/memory';
import {
  queueNameOf,
  type BatchResult,
  type ChangeVisibilityBatchRequest,
  type CreateQueueRequest,
  type DeleteBatchRequest,
  type OutgoingMessage,
  type QueueRequest,
  type QueueService,
  type ReceivedMessage,
  type ReceiveRequest,
  type ReceiveResult,
  type Result,
  type SendBatchRequest,
} from '@replyq/queue';
import type { EventLoop } from './event-loop.ts';
import type { FaultPlan } from './fault-plan.ts';
import { frameFacts } from './frame-facts.ts';
import type { History } from './history.ts';
import type { SimProcess } from './sim-process.ts';

export interface BrokerOptions {
  /** Its own host, whose clock the messages carry. */
  readonly process: SimProcess;
  readonly loop: EventLoop;
  readonly plan: FaultPlan;
  readonly history: History;
  readonly service: Omit<MemoryQueueServiceOptions, 'runtime' | 'receiveFewer'>;
}

const LATE_COPY_MS = 5000;
const LATE_SEND_MS = 20_000;

/**
 * The queue service that all processes share: `@replyq/memory`, with what a real one does to
 * messages, and every effect written down as the asking process's.
 */
export class Broker {
  readonly service: QueueService;
  readonly #options: BrokerOptions;
  /** Message ids by receipt handle, and the newest handle of each message. */
  readonly #messages = new Map<string, string>();
  readonly #newest = new Map<string, string>();
  readonly #names = new Map<string, string>();

  constructor(options: BrokerOptions) {
    this.#options = options;
    let receives = 0;
    this.service = createMemoryQueueService({
      ...options.service,
      runtime: options.process,
      receiveFewer: (available) => {
        const subject = `service/receive/${(receives += 1)}`;
        if (!options.plan.happens('fewer', subject)) return available;
        return Math.floor(options.plan.draw('fewer', subject) * available);
      },
    });
  }

  async sendBatch(
    asker: string,
    subject: string,
    request: SendBatchRequest,
  ): Promise<BatchResult<{ readonly messageId: string }>> {
    const { plan } = this.#options;
    const entries = request.entries.map((entry, index) =>
      entry.groupId === undefined && plan.happens('delayed', `${subject}.${index}`)
        ? {
            ...entry,
            delayMs:
              (entry.delayMs ?? 0) +
              Math.floor(plan.draw('late', `${subject}.${index}`) * LATE_SEND_MS),
          }
        : entry,
    );
    const result = await this.service.sendBatch({ ...request, entries });
    if (result.kind !== 'ok') return result;
    for (const [index, sent] of result.entries.entries()) {
      const entry = entries[index];
      if (sent.kind !== 'ok' || entry === undefined) continue;
      this.#stored(asker, request.queueUrl, sent.messageId, entry);
      if (plan.happens('duplicate', `${subject}.${index}`)) {
        this.#copy(
          request.queueUrl,
          entry,
          Math.floor(plan.draw('late', `${subject}.${index}`) * LATE_COPY_MS),
        );
      }
    }
    return result;
  }

  async receive(asker: string, request: ReceiveRequest): Promise<ReceiveResult> {
    const result = await this.service.receive(request);
    if (result.kind === 'ok') {
      for (const message of result.messages) this.#received(asker, request.queueUrl, message);
    }
    return result;
  }

  /** A delete may be lost although the service says that it was done. */
  async deleteBatch(
    asker: string,
    subject: string,
    request: DeleteBatchRequest,
  ): Promise<BatchResult> {
    const { plan, history } = this.#options;
    const kept = request.receiptHandles.filter(
      (_, index) => !plan.happens('reappear', `${subject}.${index}`),
    );
    const there = kept.filter((handle) => this.#isNewest(handle));
    const result: BatchResult =
      kept.length === 0
        ? { kind: 'ok', entries: [] }
        : await this.service.deleteBatch({ ...request, receiptHandles: kept });
    if (result.kind !== 'ok') return result;
    for (const handle of there) {
      const messageId = this.#messages.get(handle);
      if (messageId === undefined || result.entries[kept.indexOf(handle)]?.kind !== 'ok') continue;
      this.#newest.delete(messageId);
      history.add(asker, { kind: 'deleted', queue: this.nameOf(request.queueUrl), messageId });
    }
    let next = 0;
    return {
      ...result,
      entries: request.receiptHandles.map((handle) =>
        kept.includes(handle) ? (result.entries[next++] ?? { kind: 'ok' }) : { kind: 'ok' },
      ),
    };
  }

  changeVisibilityBatch(request: ChangeVisibilityBatchRequest): Promise<BatchResult> {
    return this.service.changeVisibilityBatch(request);
  }

  async createQueue(
    asker: string,
    request: CreateQueueRequest,
  ): Promise<Result<{ readonly queueUrl: string }>> {
    const result = await this.service.createQueue(request);
    if (result.kind === 'ok')
      this.#options.history.add(asker, { kind: 'queueCreated', queue: request.name });
    return result;
  }

  async deleteQueue(asker: string, request: QueueRequest): Promise<Result> {
    const result = await this.service.deleteQueue(request);
    if (result.kind === 'ok') {
      this.#options.history.add(asker, {
        kind: 'queueDeleted',
        queue: this.nameOf(request.queueUrl),
      });
    }
    return result;
  }

  /** Asked for with each operation, and costly to parse. */
  nameOf(queueUrl: string): string {
    const known = this.#names.get(queueUrl);
    if (known !== undefined) return known;
    const name = queueNameOf(queueUrl);
    this.#names.set(queueUrl, name);
    return name;
  }

  /** The service itself stores it a second time. */
  #copy(queueUrl: string, entry: OutgoingMessage, delayMs: number): void {
    this.#options.loop.after(delayMs, () => {
      void this.service.sendBatch({ queueUrl, entries: [entry] }).then((result) => {
        const sent = result.kind === 'ok' ? result.entries[0] : undefined;
        if (sent?.kind === 'ok') this.#stored('service', queueUrl, sent.messageId, entry);
      });
    });
  }

  #stored(asker: string, queueUrl: string, messageId: string, entry: OutgoingMessage): void {
    this.#options.history.add(asker, {
      kind: 'stored',
      queue: this.nameOf(queueUrl),
      messageId,
      frames: frameFacts(entry),
      ...(asker === 'service' ? { copy: true } : {}),
    });
  }

  #received(asker: string, queueUrl: string, message: ReceivedMessage): void {
    const { messageId, receiptHandle, receiveCount } = message;
    this.#messages.set(receiptHandle, messageId);
    this.#newest.set(messageId, receiptHandle);
    this.#options.history.add(asker, {
      kind: 'received',
      queue: this.nameOf(queueUrl),
      messageId,
      receiveCount,
    });
  }

  #isNewest(handle: string): boolean {
    const messageId = this.#messages.get(handle);
    return messageId !== undefined && this.#newest.get(messageId) === handle;
  }
}

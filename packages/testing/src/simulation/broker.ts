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
} from '@replyq/queue';
import type { EventLoop } from './event-loop.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { Parcel } from './parcel.ts';
import type { History } from './history.ts';
import { NewestHandles, type Taken } from './newest-handles.ts';
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
/** SQS holds no message back for longer. */
const MAX_DELAY_MS = 900_000;

/**
 * The queue service that all processes share: `@replyq/memory`, with what a real one does to
 * messages, and every effect written down as the asking process's.
 */
export class Broker {
  readonly service: QueueService;
  readonly #options: BrokerOptions;
  readonly #handles = new NewestHandles();
  readonly #names = new Map<string, string>();
  /** The last message that went into each queue, and the calls by their ids. */
  readonly #lastSent = new Map<string, OutgoingMessage>();
  readonly #calls = new Map<string, string>();
  /** What FIFO queues have taken. */
  readonly #fifoIds = new Set<string>();
  #fewer = true;

  constructor(options: BrokerOptions) {
    this.#options = options;
    let receives = 0;
    this.service = createMemoryQueueService({
      ...options.service,
      runtime: options.process,
      receiveFewer: (available) => {
        if (!this.#fewer) return available;
        const subject = `service/receive/${(receives += 1)}`;
        if (!options.plan.happens('fewer', subject)) return available;
        return Math.floor(options.plan.draw('fewer', subject) * available);
      },
    });
  }

  async sendBatch(
    asker: string,
    subject: string,
    queueUrl: string,
    parcels: readonly Parcel[],
  ): Promise<BatchResult<{ readonly messageId: string }>> {
    const { plan } = this.#options;
    const queue = this.nameOf(queueUrl);
    const fifo = queue.endsWith('.fifo');
    const entries = parcels.map(({ message }, index) =>
      !fifo && plan.happens('delayed', `${subject}.${index}`)
        ? { ...message, delayMs: this.#later(message, `${subject}.${index}`) }
        : message,
    );
    const result = await this.service.sendBatch({ queueUrl, entries });
    if (result.kind !== 'ok') return result;
    for (const [index, sent] of result.entries.entries()) {
      const [message, parcel] = [entries[index], parcels[index]];
      if (sent.kind !== 'ok' || message === undefined || parcel === undefined) continue;
      const { frames } = parcel;
      for (const { call, callId } of frames)
        if (call !== undefined && callId !== undefined) this.#calls.set(callId, call);
      const { messageId } = sent;
      this.#lastSent.set(queue, message);
      const kind = fifo && this.#fifoIds.has(messageId) ? 'deduplicated' : 'stored';
      if (fifo) this.#fifoIds.add(messageId);
      this.#options.history.add(asker, { kind, queue, messageId, frames });
      // A FIFO queue would drop it.
      if (fifo || !plan.happens('duplicate', `${subject}.${index}`)) continue;
      const lateMs = Math.floor(plan.draw('late', `${subject}.${index}`) * LATE_COPY_MS);
      const copy = { message, frames };
      this.#options.loop.after(lateMs, () => void this.#copy(queueUrl, copy, {}));
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
    const fifo = this.nameOf(request.queueUrl).endsWith('.fifo');
    const kept = request.receiptHandles.filter(
      (_, index) => fifo || !plan.happens('reappear', `${subject}.${index}`),
    );
    const there = kept.filter((handle) => this.#handles.messageOf(handle) !== undefined);
    const result: BatchResult =
      kept.length === 0
        ? { kind: 'ok', entries: [] }
        : await this.service.deleteBatch({ ...request, receiptHandles: kept });
    if (result.kind !== 'ok') return result;
    for (const handle of there) {
      const messageId = this.#handles.messageOf(handle);
      if (messageId === undefined || result.entries[kept.indexOf(handle)]?.kind !== 'ok') continue;
      this.#handles.delete(messageId);
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

  /** The name of the call with this id, once its request has been stored. */
  callOf(callId: string): string | undefined {
    return this.#calls.get(callId);
  }

  lastSent(queue: string): OutgoingMessage | undefined {
    return this.#lastSent.get(queue);
  }

  /** Somebody sends it by hand; `tampered`: and has changed it. */
  resend(queueUrl: string, parcel: Parcel, tampered: boolean): Promise<void> {
    return this.#copy(queueUrl, parcel, tampered ? { tampered } : {});
  }

  /** The newest handles of all that was received from a queue, which are then nobody's. */
  takeAll(queueUrl: string): readonly Taken[] {
    return this.#handles.takeAll(queueUrl);
  }

  /** Receives up to ten of what is visible, without a fault and without a word. */
  async takeVisible(queueUrl: string): Promise<readonly Taken[]> {
    this.#fewer = false;
    const request = { queueUrl, maxMessages: 10, waitMs: 0, visibilityMs: 1000 };
    const receiving = this.service.receive(request);
    this.#fewer = true;
    const result = await receiving;
    if (result.kind !== 'ok') return [];
    return result.messages.map(({ messageId, receiptHandle: handle }) => ({ messageId, handle }));
  }

  #later({ delayMs = 0 }: OutgoingMessage, subject: string): number {
    const lateMs = Math.floor(this.#options.plan.draw('late', subject) * LATE_SEND_MS);
    return Math.min(delayMs + lateMs, Math.max(delayMs, MAX_DELAY_MS));
  }

  /** The service itself, or somebody by hand, stores it once more. */
  async #copy(
    queueUrl: string,
    { frames, message }: Parcel,
    marks: { readonly tampered?: true },
  ): Promise<void> {
    const result = await this.service.sendBatch({ queueUrl, entries: [message] });
    const sent = result.kind === 'ok' ? result.entries[0] : undefined;
    if (sent?.kind !== 'ok') return;
    const [queue, { messageId }] = [this.nameOf(queueUrl), sent];
    this.#options.history.add('service', {
      kind: 'stored',
      queue,
      messageId,
      frames,
      copy: true,
      ...marks,
    });
  }

  #received(asker: string, queueUrl: string, message: ReceivedMessage): void {
    const { messageId, receiptHandle, receiveCount } = message;
    this.#handles.add(messageId, receiptHandle, queueUrl);
    this.#options.history.add(asker, {
      kind: 'received',
      queue: this.nameOf(queueUrl),
      messageId,
      receiveCount,
    });
  }
}

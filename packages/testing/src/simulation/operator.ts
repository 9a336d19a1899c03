import type { OutgoingMessage } from '@replyq/queue';
import type { Broker } from './broker.ts';
import type { EventLoop } from './event-loop.ts';
import type { History } from './history.ts';
import { parcelOf } from './parcel.ts';

/**
 * How somebody sends a message again: as it was; without its attributes, as consoles do; with half
 * of its body; with the reply queue of somebody else in it.
 */
export type Resent = 'asItWas' | 'stripped' | 'garbled' | 'readdressed';

/** SQS: how long the name of a deleted queue cannot be used again; and a second more, as clocks go. */
export const NAME_BLOCKED_MS = 61_000;

export interface OperatorOptions {
  readonly broker: Broker;
  readonly loop: EventLoop;
  readonly history: History;
}

/** Whoever has the console open, and knows little of what the queues are for. */
export class Operator {
  readonly #options: OperatorOptions;

  constructor(options: OperatorOptions) {
    this.#options = options;
  }

  /** All that is visible or in flight goes; what is delayed stays. */
  async purge(queue: string): Promise<void> {
    const { broker, history } = this.#options;
    const queueUrl = await this.#urlOf(queue);
    if (queueUrl === undefined) return;
    let batch = broker.takeAll(queueUrl);
    for (;;) {
      for (let from = 0; from < batch.length; from += 10) {
        const receiptHandles = batch.slice(from, from + 10).map(({ handle }) => handle);
        await broker.service.deleteBatch({ queueUrl, receiptHandles });
      }
      for (const { messageId } of batch)
        history.add('service', { kind: 'deleted', queue, messageId });
      batch = await broker.takeVisible(queueUrl);
      if (batch.length === 0) return;
    }
  }

  /** The queue goes, and comes back empty when its name is free. */
  async loseQueue(queue: string): Promise<void> {
    const { broker, loop } = this.#options;
    await this.deleteQueue(queue);
    loop.after(NAME_BLOCKED_MS, () => void broker.createQueue('service', { name: queue }));
  }

  async deleteQueue(queue: string): Promise<void> {
    const queueUrl = await this.#urlOf(queue);
    if (queueUrl !== undefined) await this.#options.broker.deleteQueue('service', { queueUrl });
  }

  /** Sends the last request in the queue again. `replyQueue`: where `readdressed` has its reply go. */
  async resend(queue: string, as: Resent, replyQueue: string | undefined): Promise<void> {
    const { broker } = this.#options;
    const [queueUrl, sent] = [await this.#urlOf(queue), broker.lastSent(queue)];
    if (queueUrl === undefined || sent === undefined) return;
    const copy = changed(sent, as, replyQueue);
    if (copy !== undefined) await broker.resend(queueUrl, parcelOf(copy), as !== 'asItWas');
  }

  async #urlOf(queue: string): Promise<string | undefined> {
    const found = await this.#options.broker.service.getQueueUrl({ name: queue });
    return found.kind === 'ok' ? found.queueUrl : undefined;
  }
}

function changed(
  sent: OutgoingMessage,
  as: Resent,
  replyQueue: string | undefined,
): OutgoingMessage | undefined {
  const { delayMs: _, ...message } = sent;
  switch (as) {
    case 'asItWas':
      return message;
    case 'stripped':
      return { ...message, attributes: {} };
    case 'garbled':
      return { ...message, body: message.body.slice(0, Math.ceil(message.body.length / 2)) };
    case 'readdressed': {
      if (replyQueue === undefined) return undefined;
      // Wherever it stands: in an attribute, or in each line of a packed body.
      const readdress = (text: string): string => text.replaceAll(HOST_QUEUE, replyQueue);
      const attributes = Object.entries(message.attributes).map(([name, attribute]) => [
        name,
        typeof attribute.value === 'string'
          ? { ...attribute, value: readdress(attribute.value) }
          : attribute,
      ]);
      return {
        ...message,
        body: readdress(message.body),
        attributes: Object.fromEntries(attributes) as OutgoingMessage['attributes'],
      };
    }
  }
}

/** The name of a host reply queue, as it ends a queue URL. */
const HOST_QUEUE = /__[A-Za-z0-9_-]+-\d+(?=["#])/g;

import type {
  Failure,
  OutgoingMessage,
  QueueService,
  ReceivedMessage,
  ReceiveRequest,
} from '@replyq/queue';
import { expectEqual, expectOk, expectTrue } from './expect.ts';
import type { QueueServiceFixture } from './queue-service-fixture.ts';

type Sent = { readonly kind: 'ok'; readonly messageId: string } | Failure;

/** Receives that a case makes before it believes that nothing more comes. */
const MAX_RECEIVES = 20;

/** One queue as a case uses it: operations that must succeed. */
export class QueueUser {
  readonly url: string;
  readonly #fixture: QueueServiceFixture;

  constructor(fixture: QueueServiceFixture, url: string) {
    this.#fixture = fixture;
    this.url = url;
  }

  get #service(): QueueService {
    return this.#fixture.service;
  }

  /** Sends one message, or each of several bodies; gives the ids. */
  async send(
    bodies: string | readonly string[],
    rest: Partial<OutgoingMessage> = {},
  ): Promise<readonly string[]> {
    const entries = [bodies].flat().map((body) => ({ body, attributes: {}, ...rest }));
    const outcomes = await this.trySend(entries);
    return outcomes.map((outcome) => expectOk(outcome, 'An entry').messageId);
  }

  /** Sends one batch that must be taken as a whole; gives the outcomes of its entries. */
  async trySend(entries: readonly OutgoingMessage[]): Promise<readonly Sent[]> {
    const result = await this.#service.sendBatch({ queueUrl: this.url, entries });
    return expectOk(result, 'SendMessageBatch').entries;
  }

  async receive(request: Partial<ReceiveRequest> = {}): Promise<readonly ReceivedMessage[]> {
    const promise = this.#service.receive({
      queueUrl: this.url,
      maxMessages: 10,
      waitMs: 1_000,
      visibilityMs: 30_000,
      ...request,
    });
    return expectOk(await this.#fixture.finish(promise), 'ReceiveMessage').messages;
  }

  /** Receives until `count` messages have come. */
  async receiveMany(
    count: number,
    request: Partial<ReceiveRequest> = {},
  ): Promise<readonly ReceivedMessage[]> {
    const messages: ReceivedMessage[] = [];
    for (let turn = 0; turn < MAX_RECEIVES && messages.length < count; turn += 1) {
      messages.push(...(await this.receive(request)));
    }
    expectEqual(messages.length, count, 'Messages received');
    return messages;
  }

  async receiveOne(request: Partial<ReceiveRequest> = {}): Promise<ReceivedMessage> {
    const [message] = await this.receiveMany(1, { maxMessages: 1, ...request });
    if (message === undefined) throw new Error('No message');
    return message;
  }

  /** Nothing comes within a second. */
  async expectNothing(what: string): Promise<void> {
    const bodies = (await this.receive()).map(({ body }) => body.slice(0, 40));
    expectTrue(bodies.length === 0, `${what}, but got ${bodies.join(', ')}`);
  }

  async delete(...messages: readonly ReceivedMessage[]): Promise<void> {
    const receiptHandles = messages.map(({ receiptHandle }) => receiptHandle);
    const result = await this.#service.deleteBatch({ queueUrl: this.url, receiptHandles });
    for (const entry of expectOk(result, 'DeleteMessageBatch').entries) expectOk(entry, 'An entry');
  }

  /** The outcome for one handle. */
  async changeVisibility(
    receiptHandle: string,
    visibilityMs: number,
  ): Promise<{ readonly kind: 'ok' } | Failure> {
    const entries = [{ receiptHandle, visibilityMs }];
    const result = await this.#service.changeVisibilityBatch({ queueUrl: this.url, entries });
    const [entry] = expectOk(result, 'ChangeMessageVisibilityBatch').entries;
    if (entry === undefined) throw new Error('An answer without its entry');
    return entry;
  }
}

/** A queue that was made for this case. */
export async function openQueue(
  fixture: QueueServiceFixture,
  options?: Parameters<QueueServiceFixture['makeQueue']>[0],
): Promise<QueueUser> {
  return new QueueUser(fixture, await fixture.makeQueue(options));
}

/** A FIFO queue that was made for this case. */
export function openFifoQueue(
  fixture: QueueServiceFixture,
  attributes: NonNullable<Parameters<QueueServiceFixture['makeQueue']>[0]>['attributes'] = {},
): Promise<QueueUser> {
  const name = `${fixture.queueName('fifo')}.fifo`;
  return openQueue(fixture, { name, attributes: { fifo: true, ...attributes } });
}

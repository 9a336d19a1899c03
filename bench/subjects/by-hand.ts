/**
 * Request and response as people write them first when they write them well: one reply queue per
 * process, a correlation id, one message per request, one long poll on each side. The AWS SDK with
 * its default settings.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  type Message,
} from '@aws-sdk/client-sqs';
import { ApiRequestCounter } from '../api-requests.ts';
import { clientConfigOf } from '../client-config.ts';
import { Credentials, credentials, login, type Session } from '../login.ts';
import { deleteQueue, makeQueue } from '../queue-life.ts';
import type { SubjectSettings } from '../settings.ts';
import type { Answerer, Asker } from './subject.ts';

const REQUEST_QUEUE = 'by-hand-requests';
const TIMEOUT_MS = 20_000;

export async function openByHandAsker(settings: SubjectSettings): Promise<Asker> {
  const replyQueue = `by-hand-replies-${process.pid}`;
  const [queueUrl, replyUrl] = await Promise.all([
    makeQueue(settings, REQUEST_QUEUE),
    makeQueue(settings, replyQueue),
  ]);
  const wire = new Wire(settings);
  const pending = new Map<string, (session: Session) => void>();
  let lastId = 0;
  wire.poll(replyUrl, ({ Body = '', MessageAttributes, ReceiptHandle }) => {
    const id = MessageAttributes?.['correlationId']?.StringValue ?? '';
    pending.get(id)?.(JSON.parse(Body) as Session);
    pending.delete(id);
    return wire.delete(replyUrl, ReceiptHandle);
  });
  return {
    inProcess: false,
    ask: (nonce, payloadBytes) =>
      new Promise((resolve, reject) => {
        const id = String((lastId += 1));
        const timer = setTimeout(() => {
          pending.delete(id);
          reject(new Error(`no reply within ${TIMEOUT_MS} ms`));
        }, TIMEOUT_MS);
        pending.set(id, (session) => {
          clearTimeout(timer);
          resolve(session.nonce);
        });
        const body = JSON.stringify(credentials(nonce, payloadBytes));
        wire.send(queueUrl, body, { correlationId: id, replyTo: replyUrl }).catch(reject);
      }),
    requests: () => wire.counter.total(),
    ignoreBegun: () => wire.counter.ignoreBegun(),
    close: async () => {
      wire.close();
      await deleteQueue(settings, replyQueue);
    },
  };
}

export async function openByHandAnswerer(settings: SubjectSettings): Promise<Answerer> {
  const queueUrl = await makeQueue(settings, REQUEST_QUEUE);
  const wire = new Wire(settings);
  let handled = 0;
  wire.poll(queueUrl, async ({ Body = '', MessageAttributes, ReceiptHandle }) => {
    const { correlationId, replyTo } = MessageAttributes ?? {};
    handled += 1;
    if (settings.handlerMs > 0) await sleep(settings.handlerMs);
    const body = JSON.stringify(login(Credentials.parse(JSON.parse(Body))));
    await wire.send(replyTo?.StringValue ?? '', body, {
      correlationId: correlationId?.StringValue ?? '',
    });
    await wire.delete(queueUrl, ReceiptHandle);
  });
  return {
    requests: () => wire.counter.total(),
    ignoreBegun: () => wire.counter.ignoreBegun(),
    handled: () => handled,
    close: async () => {
      wire.close();
      await deleteQueue(settings, REQUEST_QUEUE);
    },
  };
}

/** The three operations that it takes. */
class Wire {
  readonly counter = new ApiRequestCounter();
  readonly #client: SQSClient;
  readonly #closing = new AbortController();

  constructor(settings: SubjectSettings) {
    this.#client = new SQSClient(clientConfigOf(settings));
    this.counter.watch(this.#client);
  }

  /** Goes on until closed. Does not wait for `handle` before it receives again. */
  poll(queueUrl: string, handle: (message: Message) => Promise<unknown>): void {
    const command = {
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 20,
      MessageAttributeNames: ['All'],
    };
    const options = { abortSignal: this.#closing.signal };
    const loop = async (): Promise<void> => {
      while (!this.#closing.signal.aborted) {
        const received = await this.#client.send(new ReceiveMessageCommand(command), options);
        for (const message of received.Messages ?? []) handle(message).catch(this.#report);
      }
    };
    loop().catch(this.#report);
  }

  send(
    queueUrl: string,
    body: string,
    attributes: Readonly<Record<string, string>>,
  ): Promise<unknown> {
    const MessageAttributes = Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [
        name,
        { DataType: 'String', StringValue: value },
      ]),
    );
    const command = { QueueUrl: queueUrl, MessageBody: body, MessageAttributes };
    return this.#client.send(new SendMessageCommand(command));
  }

  delete(queueUrl: string, receiptHandle: string | undefined): Promise<unknown> {
    const command = { QueueUrl: queueUrl, ReceiptHandle: receiptHandle };
    return this.#client.send(new DeleteMessageCommand(command));
  }

  close(): void {
    this.#closing.abort();
    this.#client.destroy();
  }

  readonly #report = (error: unknown): void => {
    if (!this.#closing.signal.aborted) console.error('by-hand:', error);
  };
}

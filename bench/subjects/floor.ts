/**
 * What the SDK takes at least: send, receive, send, receive, one after the other in one process.
 * Deletes go ten at a time, and nobody waits for them.
 */
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { ApiRequestCounter } from '../api-requests.ts';
import { clientConfigOf } from '../client-config.ts';
import { credentials, login, type Credentials, type Session } from '../login.ts';
import { deleteQueue, makeQueue } from '../queue-life.ts';
import type { SubjectSettings } from '../settings.ts';
import type { Asker } from './subject.ts';

const QUEUES = ['floor-requests', 'floor-replies'] as const;
const DELETED_AT_ONCE = 10;

/** For one caller at a time. */
export async function openFloorAsker(settings: SubjectSettings): Promise<Asker> {
  const [requestUrl, replyUrl] = await Promise.all([
    makeQueue(settings, QUEUES[0]),
    makeQueue(settings, QUEUES[1]),
  ]);
  const counter = new ApiRequestCounter();
  const client = new SQSClient(clientConfigOf(settings));
  counter.watch(client);
  const [requests, replies] = [requestUrl, replyUrl].map((url) => new FloorQueue(client, url));
  if (requests === undefined || replies === undefined) throw new Error('unreachable');
  return {
    inProcess: false,
    ask: async (nonce, payloadBytes) => {
      await requests.send(credentials(nonce, payloadBytes));
      const asked = await requests.receive<Credentials>();
      await replies.send(login(asked));
      const answered = await replies.receive<Session>();
      return answered.nonce;
    },
    requests: () => counter.total(),
    ignoreBegun: () => counter.ignoreBegun(),
    close: async () => {
      client.destroy();
      await Promise.all(QUEUES.map((name) => deleteQueue(settings, name)));
    },
  };
}

class FloorQueue {
  readonly #client: SQSClient;
  readonly #url: string;
  #handles: string[] = [];

  constructor(client: SQSClient, url: string) {
    this.#client = client;
    this.#url = url;
  }

  async send(content: object): Promise<void> {
    const MessageBody = JSON.stringify(content);
    await this.#client.send(new SendMessageCommand({ QueueUrl: this.#url, MessageBody }));
  }

  async receive<T>(): Promise<T> {
    const command = new ReceiveMessageCommand({ QueueUrl: this.#url, WaitTimeSeconds: 20 });
    const [message] = (await this.#client.send(command)).Messages ?? [];
    if (message === undefined) throw new Error('nothing was received within 20 s');
    this.#delete(message.ReceiptHandle ?? '');
    return JSON.parse(message.Body ?? '') as T;
  }

  #delete(handle: string): void {
    this.#handles.push(handle);
    if (this.#handles.length < DELETED_AT_ONCE) return;
    const Entries = this.#handles.map((ReceiptHandle, index) => ({
      Id: String(index),
      ReceiptHandle,
    }));
    this.#handles = [];
    const command = new DeleteMessageBatchCommand({ QueueUrl: this.#url, Entries });
    this.#client.send(command).catch((error: unknown) => console.error('floor:', error));
  }
}

import { createMemoryQueueService } from '@replyq/memory';
import type {
  BatchResult,
  Failure,
  OutgoingMessage,
  QueueService,
  ReceivedMessage,
  SendBatchRequest,
} from '@replyq/queue';
import { createSqsService } from '@replyq/sqs';
import type { VirtualRuntime } from '@replyq/testing';
import type { RowMessage } from './catalogue.ts';

export const REGION = 'eu-west-1';
export const ACCOUNT = '123456789012';
export const HOST = `https://sqs.${REGION}.amazonaws.com`;

/**
 * The memory service under SQS's own URLs and with SQS's own judgement of hosts. It keeps account
 * of the URLs that are called, and can change what is received on the way.
 */
export interface WatchedService {
  /** As replyq's side sees it. */
  readonly service: QueueService;
  /** As the test sees it: not counted, nothing changed. */
  readonly inner: QueueService;
  readonly calledUrls: Set<string>;
  /** Bodies sent by replyq's side, by queue URL. */
  readonly sends: { readonly queueUrl: string; readonly entry: OutgoingMessage }[];
  /**
   * Puts a message into a queue. What no queue would take is put in its place when it is received,
   * as is a changed time of sending; `twice` doubles it within the receive.
   */
  put(queueUrl: string, message: OutgoingMessage, received?: RowMessage['received']): Promise<void>;
  /** How sends to `queueUrl` are answered from now on. */
  answerSends(queueUrl: string, how: 'late' | 'unknown'): void;
  /** Deletes what was received since the last time, whoever holds it. */
  clear(queueUrl: string): Promise<void>;
  /** Ends what was late. */
  release(): void;
  close(): Promise<void>;
}

type Change = (message: ReceivedMessage) => readonly ReceivedMessage[];

export function createWatchedService(runtime: VirtualRuntime): WatchedService {
  const inner = createMemoryQueueService({
    runtime,
    account: ACCOUNT,
    region: REGION,
    baseUrl: HOST,
    createdVisibleAfterMs: 0,
  });
  const credentials = { accessKeyId: 'none', secretAccessKey: 'none' };
  const sqs = createSqsService({ clientConfig: { region: REGION, credentials } });
  const calledUrls = new Set<string>();
  const sends: { queueUrl: string; entry: OutgoingMessage }[] = [];
  const changes = new Map<string, Change>();
  const received = new Map<string, readonly string[]>();
  const answers = new Map<string, 'late' | 'unknown'>();
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });

  const sendBatch = async (
    request: SendBatchRequest,
  ): Promise<BatchResult<{ readonly messageId: string }>> => {
    calledUrls.add(request.queueUrl);
    for (const entry of request.entries) sends.push({ queueUrl: request.queueUrl, entry });
    if (request.queueUrl.includes('__denied-')) return DENIED;
    const result = await inner.sendBatch(request);
    const how = answers.get(request.queueUrl);
    if (how === 'unknown') return LOST;
    if (how === 'late') await released;
    return result;
  };

  const service: QueueService = {
    limits: inner.limits,
    sendBatch,
    receive: async (request) => {
      calledUrls.add(request.queueUrl);
      const result = await inner.receive(request);
      if (result.kind !== 'ok') return result;
      const handles = result.messages.map(({ receiptHandle }) => receiptHandle);
      received.set(request.queueUrl, [...(received.get(request.queueUrl) ?? []), ...handles]);
      return {
        ...result,
        messages: result.messages.flatMap(
          (message) => changes.get(message.messageId)?.(message) ?? message,
        ),
      };
    },
    deleteBatch: (request) => counted(request.queueUrl, inner.deleteBatch(request)),
    changeVisibilityBatch: (request) =>
      counted(request.queueUrl, inner.changeVisibilityBatch(request)),
    deleteQueue: (request) => counted(request.queueUrl, inner.deleteQueue(request)),
    tagQueue: (request) => counted(request.queueUrl, inner.tagQueue(request)),
    listQueueTags: (request) => counted(request.queueUrl, inner.listQueueTags(request)),
    getQueueAttributes: (request) => counted(request.queueUrl, inner.getQueueAttributes(request)),
    getQueueUrl: (request) => inner.getQueueUrl(request),
    createQueue: (request) => inner.createQueue(request),
    listQueues: (request) => inner.listQueues(request),
    setQueueAttributes: (request) => counted(request.queueUrl, inner.setQueueAttributes(request)),
    purgeQueue: (request) => counted(request.queueUrl, inner.purgeQueue(request)),
    listDeadLetterSourceQueues: (request) =>
      counted(request.queueUrl, inner.listDeadLetterSourceQueues(request)),
    checkHost: (url) => sqs.checkHost(url),
    // Two transports share it.
    close: async () => undefined,
  };

  function counted<T>(queueUrl: string, result: T): T {
    calledUrls.add(queueUrl);
    return result;
  }

  async function sendOne(queueUrl: string, entry: OutgoingMessage): Promise<string | Failure> {
    const result = await inner.sendBatch({ queueUrl, entries: [entry] });
    const sent = result.kind === 'ok' ? result.entries[0]! : result;
    return sent.kind === 'ok' ? sent.messageId : sent;
  }

  return {
    service,
    inner,
    calledUrls,
    sends,
    async clear(queueUrl) {
      for (const handle of received.get(queueUrl) ?? [])
        await inner.deleteBatch({ queueUrl, receiptHandles: [handle] });
      received.delete(queueUrl);
    },
    async put(queueUrl, message, received) {
      const { attributes, body, ...rest } = message;
      let id = await sendOne(queueUrl, message);
      const refused = typeof id !== 'string';
      if (typeof id !== 'string') {
        if (id.kind !== 'invalid' && id.kind !== 'tooLarge') throw new Error(id.error);
        id = await sendOne(queueUrl, { ...rest, body: 'stands for another', attributes: {} });
      }
      if (typeof id !== 'string') throw new Error(id.error);
      if (!refused && received === undefined) return;
      changes.set(id, (stand) => {
        const sentAtMs = stand.sentAtMs + (received?.sentInMs ?? 0);
        const changed = { ...stand, sentAtMs, ...(refused ? { body, attributes } : {}) };
        return received?.twice === true ? [changed, changed] : [changed];
      });
    },
    answerSends: (queueUrl, how) => void answers.set(queueUrl, how),
    release: () => release(),
    async close() {
      await sqs.close();
      await inner.close();
    },
  };
}

const DENIED: Failure = { kind: 'denied', error: 'Not authorized' };
const LOST: Failure = { kind: 'unknown', error: 'The connection broke' };

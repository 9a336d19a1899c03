import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import type { Failure, QueueService, ReceivedMessage } from '@replyq/queue';
import { createAnswerWatch } from '../answer-watch.ts';
import { createAdminOperations } from '../admin-operations.ts';
import { createApiCaller } from '../api-caller.ts';
import { createMessageOperations } from '../message-operations.ts';
import { createQueueOperations } from '../queue-operations.ts';
import { decodeMessage } from '../received-message.ts';
import { sendBySdk } from '../sdk-api.ts';
import { toSeconds } from '../seconds.ts';
import type { SqsApi } from '../sqs-api.ts';
import { checkQueueHost } from '../sqs-host.ts';
import { resolveSqsLimits } from '../sqs-limits.ts';

/** Somebody else's client as a queue service, which also tells what the SDK said. */
export interface ClientService extends QueueService {
  /** The message as SQS gave it. */
  rawOf(message: ReceivedMessage): Message;
  /** What the SDK threw; undefined if it was not asked. */
  causeOf(failure: Failure): unknown;
}

/** The client stays its owner's to destroy. */
export function createClientService(client: SQSClient): ClientService {
  const watch = createAnswerWatch({});
  watch.watch(client);
  const caller = createApiCaller();
  const causes = new WeakMap<Failure, unknown>();
  const raws = new WeakMap<ReceivedMessage, Message>();
  const api: SqsApi = {
    async call(name, input, signal) {
      let cause: unknown;
      const answer = await caller.call(
        signal,
        async (options) => {
          try {
            const output = await sendBySdk(client, name, input, options);
            return { output, serviceTimeMs: watch.timeOf(output) };
          } catch (error) {
            cause = error;
            throw error;
          }
        },
        () => undefined,
      );
      if (answer.kind !== 'ok' && cause !== undefined) causes.set(answer, cause);
      return answer;
    },
  };
  return {
    limits: resolveSqsLimits(),
    ...createMessageOperations(api),
    ...createQueueOperations(api),
    ...createAdminOperations(api),

    // Whatever a reader may ask for is asked for: it is not known yet which reader gets what.
    async receive({ queueUrl, maxMessages, waitMs, visibilityMs, signal }) {
      const input = {
        QueueUrl: queueUrl,
        MaxNumberOfMessages: maxMessages,
        WaitTimeSeconds: toSeconds(waitMs),
        VisibilityTimeout: toSeconds(visibilityMs),
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All' as const],
      };
      const answer = await api.call('ReceiveMessage', input, signal);
      if (answer.kind !== 'ok') return answer;
      const messages: ReceivedMessage[] = [];
      for (const raw of answer.output.Messages ?? []) {
        const message = decodeMessage(raw, answer.time.serviceTimeMs);
        if (message === undefined) continue;
        raws.set(message, raw);
        messages.push(message);
      }
      return { kind: 'ok', ...answer.time, messages };
    },

    rawOf: (message) => raws.get(message) ?? {},
    causeOf: (failure) => causes.get(failure),
    checkHost: (url) => checkQueueHost(url, watch.endpoint()),
    async close() {
      caller.close();
    },
  };
}

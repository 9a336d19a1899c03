import type { Failure, QueueService } from '@replyq/queue';
import type { Answer } from './api-caller.ts';
import { decodeQueueAttributes, encodeQueueAttributes } from './queue-attributes.ts';
import { allPages } from './queue-pages.ts';
import type { SqsApi, WithQueueUrl } from './sqs-api.ts';
import { LIST_PAGE_SIZE } from './sqs-limits.ts';

type QueueOperations = Pick<
  QueueService,
  | 'getQueueUrl'
  | 'createQueue'
  | 'deleteQueue'
  | 'tagQueue'
  | 'listQueueTags'
  | 'listQueues'
  | 'getQueueAttributes'
>;

/** The operations on queues: seldom, and never between a call and its reply. */
export function createQueueOperations(api: SqsApi): QueueOperations {
  return {
    async getQueueUrl({ name, account, signal }) {
      const input = { QueueName: name, QueueOwnerAWSAccountId: account };
      return withQueueUrl(await api.call('GetQueueUrl', input, signal));
    },

    async createQueue({ name, attributes, tags, signal }) {
      const input = {
        QueueName: name,
        Attributes: attributes && encodeQueueAttributes(attributes),
        tags: tags && { ...tags },
      };
      return withQueueUrl(await api.call('CreateQueue', input, signal));
    },

    async deleteQueue({ queueUrl, signal }) {
      const input = { QueueUrl: queueUrl };
      const answer = await api.call('DeleteQueue', input, signal);
      return answer.kind === 'ok' ? { kind: 'ok', ...answer.time } : answer;
    },

    async tagQueue({ queueUrl, tags, signal }) {
      const input = { QueueUrl: queueUrl, Tags: { ...tags } };
      const answer = await api.call('TagQueue', input, signal);
      return answer.kind === 'ok' ? { kind: 'ok', ...answer.time } : answer;
    },

    async listQueueTags({ queueUrl, signal }) {
      const input = { QueueUrl: queueUrl };
      const answer = await api.call('ListQueueTags', input, signal);
      if (answer.kind !== 'ok') return answer;
      return { kind: 'ok', ...answer.time, tags: answer.output.Tags ?? {} };
    },

    async getQueueAttributes({ queueUrl, signal }) {
      const input = { QueueUrl: queueUrl, AttributeNames: ['All' as const] };
      const answer = await api.call('GetQueueAttributes', input, signal);
      if (answer.kind !== 'ok') return answer;
      const attributes = decodeQueueAttributes(answer.output.Attributes ?? {});
      return attributes === undefined ? NO_ARN : { kind: 'ok', ...answer.time, attributes };
    },

    async listQueues({ prefix, signal }) {
      return allPages(async (token) => {
        const input = {
          QueueNamePrefix: prefix === '' ? undefined : prefix,
          MaxResults: LIST_PAGE_SIZE,
          NextToken: token,
        };
        const answer = await api.call('ListQueues', input, signal);
        return answer.kind === 'ok' ? { ...answer, queueUrls: answer.output.QueueUrls } : answer;
      });
    },
  };
}

const NO_URL: Failure = { kind: 'unknown', error: 'the answer has no queue URL' };
const NO_ARN: Failure = { kind: 'unknown', error: 'the answer has no queue ARN' };

function withQueueUrl(
  answer: Answer<WithQueueUrl>,
): Awaited<ReturnType<QueueService['createQueue']>> {
  if (answer.kind !== 'ok') return answer;
  const queueUrl = answer.output.QueueUrl;
  return queueUrl === undefined ? NO_URL : { kind: 'ok', ...answer.time, queueUrl };
}

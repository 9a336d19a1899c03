import type { Failure, MessageMoveTask, QueueService } from '@replyq/queue';
import { encodeQueueAttributes } from './queue-attributes.ts';
import { allPages } from './queue-pages.ts';
import type { MoveTaskAnswer, SqsApi } from './sqs-api.ts';
import { LIST_PAGE_SIZE } from './sqs-limits.ts';

type AdminOperations = Required<
  Pick<
    QueueService,
    | 'setQueueAttributes'
    | 'purgeQueue'
    | 'listDeadLetterSourceQueues'
    | 'startMessageMoveTask'
    | 'listMessageMoveTasks'
  >
>;

/** SQS: the most that a task moves in a second. */
const MAX_MOVED_PER_SECOND = 500;
/** SQS: tasks of one source that it tells of; it tells of one unless asked. */
const MAX_TASKS = 10;

/** What people and their tools ask for, never a call. An endpoint that is not Amazon's may know none of it. */
export function createAdminOperations(api: SqsApi): AdminOperations {
  return {
    async setQueueAttributes({ queueUrl, attributes, signal }) {
      const Attributes = encodeQueueAttributes(attributes);
      // A change, unlike a new queue, may turn it off.
      if (attributes.contentBasedDeduplication === false) {
        Attributes['ContentBasedDeduplication'] = 'false';
      }
      const answer = await api.call(
        'SetQueueAttributes',
        { QueueUrl: queueUrl, Attributes },
        signal,
      );
      return answer.kind === 'ok' ? { kind: 'ok', ...answer.time } : answer;
    },

    async purgeQueue({ queueUrl, signal }) {
      const answer = await api.call('PurgeQueue', { QueueUrl: queueUrl }, signal);
      return answer.kind === 'ok' ? { kind: 'ok', ...answer.time } : answer;
    },

    async listDeadLetterSourceQueues({ queueUrl, signal }) {
      return allPages(async (token) => {
        const input = { QueueUrl: queueUrl, MaxResults: LIST_PAGE_SIZE, NextToken: token };
        const answer = await api.call('ListDeadLetterSourceQueues', input, signal);
        return answer.kind === 'ok' ? { ...answer, queueUrls: answer.output.queueUrls } : answer;
      });
    },

    async startMessageMoveTask({ sourceArn, destinationArn, maxPerSecond, signal }) {
      const input = {
        SourceArn: sourceArn,
        DestinationArn: destinationArn,
        MaxNumberOfMessagesPerSecond:
          maxPerSecond === undefined
            ? undefined
            : Math.min(MAX_MOVED_PER_SECOND, Math.ceil(maxPerSecond)),
      };
      const answer = await api.call('StartMessageMoveTask', input, signal);
      if (answer.kind !== 'ok') return answer;
      const taskHandle = answer.output.TaskHandle;
      return taskHandle === undefined ? NO_HANDLE : { kind: 'ok', ...answer.time, taskHandle };
    },

    async listMessageMoveTasks({ sourceArn, signal }) {
      const input = { SourceArn: sourceArn, MaxResults: MAX_TASKS };
      const answer = await api.call('ListMessageMoveTasks', input, signal);
      if (answer.kind !== 'ok') return answer;
      return { kind: 'ok', ...answer.time, tasks: (answer.output.Results ?? []).map(taskOf) };
    },
  };
}

const NO_HANDLE: Failure = { kind: 'unknown', error: 'the answer has no task handle' };

function taskOf(answer: MoveTaskAnswer): MessageMoveTask {
  const { FailureReason, Status, TaskHandle } = answer;
  const toMove = answer.ApproximateNumberOfMessagesToMove;
  return {
    status: Status ?? 'UNKNOWN',
    movedCount: answer.ApproximateNumberOfMessagesMoved ?? 0,
    ...(TaskHandle !== undefined && { taskHandle: TaskHandle }),
    ...(toMove !== undefined && { toMoveCount: toMove }),
    ...(FailureReason !== undefined && { failureReason: FailureReason }),
  };
}

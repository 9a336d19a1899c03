import type { TaskSettings } from '../settings.ts';
import { openBullMqProducer, openBullMqWorker } from './bullmq.ts';
import { openReplyqProducer, openReplyqWorker } from './replyq-tasks.ts';
import { openSqsConsumerWorker, openSqsProducer } from './sqs-consumer.ts';
import type { TaskProducer, TaskWorker } from './task-subject.ts';

export async function openTaskProducer(settings: TaskSettings): Promise<TaskProducer> {
  switch (settings.subject) {
    case 'replyq':
    case 'replyq-packed':
      return openReplyqProducer(settings);
    case 'sqs-consumer':
      return openSqsProducer(settings);
    case 'bullmq':
      return openBullMqProducer(settings);
  }
}

export async function openTaskWorker(settings: TaskSettings): Promise<TaskWorker> {
  switch (settings.subject) {
    case 'replyq':
    case 'replyq-packed':
      return openReplyqWorker(settings);
    case 'sqs-consumer':
      return openSqsConsumerWorker(settings);
    case 'bullmq':
      return openBullMqWorker(settings);
  }
}

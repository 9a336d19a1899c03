import { deadLetters } from '@replyq/tasks';
import type { QueueService } from '@replyq/queue';

/** A task in the dead-letter queue. */
export interface DeadTask {
  /** Empty: it has none. */
  readonly task: string;
  /** As its worker wrote it down; undefined: the queue itself has moved it. */
  readonly attempts: number | undefined;
}

export async function readDeadTasks(
  service: QueueService,
  queue: string,
): Promise<readonly DeadTask[]> {
  const found: DeadTask[] = [];
  for await (const { failure, task = '' } of deadLetters(service, queue).list())
    found.push({ task, attempts: failure?.attempts });
  return found;
}

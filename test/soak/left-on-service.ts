import type { QueueService } from '@replyq/queue';
import { ROUTER_QUEUE } from './caller.ts';
import { soak } from './contract.ts';
import { contractInfo } from '@replyq/contract';

/** What is left on the service when all requesters and responders have closed; nothing, if they did. */
export async function leftOnService(service: QueueService): Promise<readonly string[]> {
  const request = [contractInfo(soak).name, ROUTER_QUEUE];
  const listed = await service.listQueues({ prefix: '' });
  if (listed.kind !== 'ok') return [`queues cannot be listed: ${listed.error}`];
  const left: string[] = [];
  for (const queueUrl of listed.queueUrls) {
    const name = queueUrl.split('/').at(-1) ?? queueUrl;
    const found = await service.getQueueAttributes({ queueUrl });
    if (found.kind !== 'ok') left.push(`queue ${name} cannot be read: ${found.error}`);
    else if (!request.includes(name)) left.push(`queue ${name} was not deleted`);
    else {
      const { delayedCount, inFlightCount, visibleCount } = found.attributes;
      const messages = delayedCount + inFlightCount + visibleCount;
      if (messages > 0) left.push(`${messages} messages are left in queue ${name}`);
    }
  }
  return left;
}

import type { Broker } from './broker.ts';
import type { History } from './history.ts';

/** How many messages there are in a queue, whether they can be received or not. */
export async function sizeOf({ service }: Broker, queueUrl: string): Promise<number> {
  const found = await service.getQueueAttributes({ queueUrl });
  if (found.kind !== 'ok') return 0;
  const { delayedCount, inFlightCount, visibleCount } = found.attributes;
  return delayedCount + inFlightCount + visibleCount;
}

/** Takes all that is visible out of a queue, and writes down what there was. */
export async function emptyOut(broker: Broker, queueUrl: string, history: History): Promise<void> {
  const messageIds: string[] = [];
  const size = await sizeOf(broker, queueUrl);
  for (;;) {
    const taken = await broker.takeVisible(queueUrl);
    if (taken.length === 0) break;
    const receiptHandles = taken.map(({ handle }) => handle);
    await broker.service.deleteBatch({ queueUrl, receiptHandles });
    messageIds.push(...taken.map(({ messageId }) => messageId));
  }
  const hidden = Math.max(0, size - messageIds.length);
  const queue = broker.nameOf(queueUrl);
  history.add('service', { kind: 'queueLeft', queue, messageIds, hidden });
}

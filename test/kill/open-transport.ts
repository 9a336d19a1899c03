import type { Transport } from '@replyq/contract/transport';
import { createQueueTransport } from '@replyq/queue';
import { createSqsService } from '@replyq/sqs';
import { WAIT_MS, type RoleSettings } from './settings.ts';

/** SQS as it is, but for shorter long polls, replies' included: a dead one is found out sooner. */
export function openTransport({ endpoint, region }: RoleSettings): Transport {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const sqs = createSqsService({ clientConfig: { endpoint, region, credentials } });
  const service = { ...sqs, limits: { ...sqs.limits, maxWaitMs: WAIT_MS } };
  return createQueueTransport({ service, replyQueue: { visibilityMs: 2000 } });
}

import type { Transport } from '@replyq/contract/transport';
import { leanSqsTransport } from '@replyq/sqs/lean';
import type { TaskRoleSettings } from './settings.ts';

export function openTransport(
  { endpoint, region }: TaskRoleSettings,
  framesPerMessage = 1,
): Transport {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const clientConfig = { endpoint, region, credentials };
  return leanSqsTransport({ clientConfig, packing: { framesPerMessage } });
}

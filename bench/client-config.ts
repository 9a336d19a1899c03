import type { SQSClientConfig } from '@aws-sdk/client-sqs';
import { createDelayedHandler } from './delayed-handler.ts';
import type { SubjectSettings } from './settings.ts';

/** For `new SQSClient(…)` or a transport. Else the SDK's defaults. */
export function clientConfigOf({
  server,
  latencyMs,
}: Pick<SubjectSettings, 'server' | 'latencyMs'>): SQSClientConfig {
  const { endpoint, region, credentials } = server;
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(latencyMs === 0 ? {} : { requestHandler: createDelayedHandler(latencyMs) }),
  };
}

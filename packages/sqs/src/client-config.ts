import type { SQSClientConfig } from '@aws-sdk/client-sqs';
import type { SqsServiceOptions } from './sqs-service.ts';

/**
 * The user's client configuration, without the MD5 of bodies unless it is asked for: over TLS it
 * finds nothing, costs a quarter of a large request, and fails ten messages for one.
 */
export function clientConfigOf({ checkMd5, clientConfig }: SqsServiceOptions): SQSClientConfig {
  return checkMd5 === true ? { ...clientConfig } : { md5: false, ...clientConfig };
}

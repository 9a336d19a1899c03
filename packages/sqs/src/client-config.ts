import type { SQSClientConfig } from '@aws-sdk/client-sqs';
import type { SqsServiceOptions } from './sqs-service.ts';

/**
 * The user's client configuration, without the MD5 of bodies: over TLS it finds nothing, costs a quarter
 * of a large request, and in the SDK fails ten messages for one. Where it is asked for, we check by ourselves.
 */
export function clientConfigOf({ clientConfig }: SqsServiceOptions): SQSClientConfig {
  return { md5: false, ...clientConfig };
}

/** Whether we compare bodies with their MD5. Who gives the SDK an `md5` has it do so, or not. */
export function checksBodies({ checkMd5, clientConfig }: SqsServiceOptions): boolean {
  return checkMd5 === true && clientConfig?.md5 === undefined;
}

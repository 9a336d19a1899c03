import type { SQSServiceException } from '@aws-sdk/client-sqs';

type Metadata = SQSServiceException['$metadata'];

/** Of an answer that no request was made for: it has no request id. */
export function metadata(httpStatusCode: number): Metadata {
  return { httpStatusCode, attempts: 0, totalRetryDelay: 0 };
}

import { parseQueueUrl } from '../queue-name.ts';

/** Two URLs of one queue have the same, since a queue must have one reader here. Undefined: it is no queue's. */
export function keyOf(queueUrl: string): string | undefined {
  const parsed = parseQueueUrl(queueUrl);
  return parsed && `${parsed.account}/${parsed.name}`;
}

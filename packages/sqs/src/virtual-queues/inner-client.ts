import type { SQSClient } from '@aws-sdk/client-sqs';

/** Makes the host of a queue URL the host that is called. */
const CHOOSES_HOST = 'queueUrlMiddleware';

/**
 * The same client, with its credentials, region, endpoint, retries and connections, for requests about
 * virtual queues: their URLs may be a peer's text, and choose a queue but never a host. What is added
 * to the middleware of `client` afterwards is not in this one.
 */
export function innerClientOf(client: SQSClient): SQSClient {
  const middlewareStack = client.middlewareStack.clone();
  middlewareStack.remove(CHOOSES_HOST);
  return Object.create(client, {
    middlewareStack: { value: middlewareStack },
    // The SDK keeps resolved stacks here; those of `client` are not ours.
    handlers: { value: undefined, writable: true, configurable: true },
  }) as SQSClient;
}

import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';

/**
 * The standard mode's value of the AWS SDKs: one lost SYN is sent again after a second, a second
 * one after three. Covers waiting for a free socket too; either way nothing was sent.
 */
export const CONNECTION_TIMEOUT_MS = 3_100;
/** An open receive holds its socket up to 20 s; how many are open is decided by who polls. */
export const POLL_SOCKETS: number = Infinity;
/** Room for 16 sends in flight on each of a dozen queues, and a bound on descriptors. */
export const CALL_SOCKETS = 256;

/** Two connection pools, so that a send never queues behind a long poll. */
export interface SqsClients {
  /** For ReceiveMessage only. */
  readonly polls: SQSClient;
  /** For everything else. */
  readonly calls: SQSClient;
  /** Closes the sockets of both. A `requestHandler` instance of the user's stays open: it is theirs. */
  destroy(): void;
}

/**
 * Both clients come from one `clientConfig`, by the SDK's own chains for credentials, region and
 * endpoint. Four settings are not the user's:
 *
 * - `useQueueUrlAsEndpoint: false`: a queue URL, which may be a peer's text, chooses no host.
 * - `maxAttempts: 1`, `retryMode` and `retryStrategy`: there is one retry layer, above this one. A
 *   hidden second one would repeat a send whose effect is unknown, and hide throttling.
 *
 * A `requestHandler` given as options is merged over the defaults here and makes two pools; given
 * as an instance it serves both clients, and must then have sockets for all open polls as well.
 */
export function createSqsClients(clientConfig: SQSClientConfig): SqsClients {
  const { retryStrategy: _, requestHandler, ...rest } = clientConfig;
  const shared: SQSClientConfig = {
    ...rest,
    useQueueUrlAsEndpoint: false,
    maxAttempts: 1,
    retryMode: 'standard',
  };
  const foreign = isHandler(requestHandler);
  const create = (maxSockets: number): SQSClient =>
    new SQSClient({
      ...shared,
      requestHandler: foreign ? requestHandler : handlerOptions(requestHandler, maxSockets),
    });
  const polls = create(POLL_SOCKETS);
  const calls = create(CALL_SOCKETS);
  return {
    polls,
    calls,
    destroy() {
      if (foreign) return;
      polls.destroy();
      calls.destroy();
    },
  };
}

type HandlerConfig = NonNullable<SQSClientConfig['requestHandler']>;

function isHandler(given: SQSClientConfig['requestHandler']): given is HandlerConfig {
  return given !== undefined && 'handle' in given && typeof given.handle === 'function';
}

function handlerOptions(
  given: SQSClientConfig['requestHandler'],
  maxSockets: number,
): Record<string, unknown> {
  const options = (given ?? {}) as Record<string, unknown>;
  return {
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    ...options,
    httpAgent: agentOptions(options['httpAgent'], maxSockets),
    httpsAgent: agentOptions(options['httpsAgent'], maxSockets),
  };
}

/** An agent instance is used as it is; options are merged over ours. */
function agentOptions(given: unknown, maxSockets: number): unknown {
  if (typeof given !== 'object' || given === null) return { keepAlive: true, maxSockets };
  return 'destroy' in given ? given : { keepAlive: true, maxSockets, ...given };
}

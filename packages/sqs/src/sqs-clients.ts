import type { SQSClient, SQSClientConfig } from '@aws-sdk/client-sqs';
import { createConnectionPool, type ConnectionPool } from './connection-pool.ts';
import { createSdkClient } from './sdk-client.ts';

/**
 * The standard mode's value of the AWS SDKs: one lost SYN is sent again after a second, a second
 * one after three. Covers waiting for a free socket too; either way nothing was sent.
 */
export const CONNECTION_TIMEOUT_MS = 3_100;
/** An open receive holds its socket up to 20 s; how many are open is decided by who polls. */
export const POLL_SOCKETS: number = Infinity;
/** Room for 16 sends in flight on each of a dozen queues, and a bound on descriptors. */
export const CALL_SOCKETS = 256;

/** An SDK client with connections of its own. */
export interface PooledClient {
  readonly sdk: SQSClient;
  /** Closes the connections that wait for a request. */
  readonly closeIdle: () => void;
}

/** Two connection pools, so that a send never queues behind a long poll. */
export interface SqsClients {
  /** For ReceiveMessage only. */
  readonly polls: PooledClient;
  /** For everything else. */
  readonly calls: PooledClient;
  /** Closes the sockets of both. Those of the user's handler or agent stay open: they are theirs. */
  destroy(): void;
}

/**
 * Both clients come from one `clientConfig`, by the SDK's own chains for credentials, region and
 * endpoint. Four settings are not the user's:
 *
 * - `useQueueUrlAsEndpoint: false`: a queue URL, which may be a peer's text, chooses no host.
 * - `maxAttempts: 1`, `retryMode` and `retryStrategy`: there is one retry layer, above this one. A
 *   hidden second one would repeat a send whose effect is unknown, and hide throttling. The SDK's own
 *   is not even there: see sdk-client.ts.
 *
 * A `requestHandler` given as options is merged over the defaults here and makes two pools; given
 * as an instance it serves both clients, gets bodies as bytes, and must then have sockets for all open polls
 * as well.
 */
export function createSqsClients(clientConfig: SQSClientConfig): SqsClients {
  const { retryStrategy: _, requestHandler, ...rest } = clientConfig;
  const shared: SQSClientConfig = {
    ...rest,
    useQueueUrlAsEndpoint: false,
    maxAttempts: 1,
    retryMode: 'standard',
  };
  const pools: ConnectionPool[] = [];
  const create = (maxSockets: number): PooledClient => {
    if (isHandler(requestHandler)) {
      return { sdk: createSdkClient({ ...shared, requestHandler }), closeIdle: () => undefined };
    }
    const options = (requestHandler ?? {}) as Record<string, unknown>;
    // Which of the two is used is the endpoint's to say.
    const http = createConnectionPool('http:', options['httpAgent'], maxSockets);
    const https = createConnectionPool('https:', options['httpsAgent'], maxSockets);
    pools.push(http, https);
    const handler = {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      ...options,
      httpAgent: http.agent,
      httpsAgent: https.agent,
    };
    return {
      sdk: createSdkClient({ ...shared, requestHandler: handler }),
      closeIdle() {
        http.closeIdle();
        https.closeIdle();
      },
    };
  };
  return {
    polls: create(POLL_SOCKETS),
    calls: create(CALL_SOCKETS),
    destroy() {
      // Not the clients: they would destroy the user's agents too.
      for (const pool of pools) pool.destroy();
    },
  };
}

type HandlerConfig = NonNullable<SQSClientConfig['requestHandler']>;

function isHandler(given: SQSClientConfig['requestHandler']): given is HandlerConfig {
  return given !== undefined && 'handle' in given && typeof given.handle === 'function';
}

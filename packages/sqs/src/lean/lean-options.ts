import type { SQSClientConfig } from '@aws-sdk/client-sqs';
import { createConnectionPool, type ConnectionPool, type Protocol } from '../connection-pool.ts';
import { CALL_SOCKETS, CONNECTION_TIMEOUT_MS, POLL_SOCKETS } from '../sqs-clients.ts';
import { MAX_BATCH_ENTRIES, MAX_MESSAGE_BYTES } from '../sqs-limits.ts';
import type { ExchangeLimits } from './exchange.ts';

/** What `clientConfig` comes to for the lean service. */
export interface ResolvedLeanOptions {
  /** For the SDK client that resolves credentials, region and endpoint, and never sends. */
  readonly sdkConfig: SQSClientConfig;
  readonly exchange: ExchangeLimits;
  /** Two pools for one protocol, so that a send never queues behind a long poll. */
  createPools(protocol: Protocol): Pools;
}

export interface Pools {
  readonly polls: ConnectionPool;
  readonly calls: ConnectionPool;
  /** Closes the sockets of both. An agent instance of the user's stays open: it is theirs. */
  destroy(): void;
}

/** The largest receive there is, each byte of each body written as `\u00XX`, and as much again for the rest. */
const MAX_ANSWER_BYTES = MAX_BATCH_ENTRIES * MAX_MESSAGE_BYTES * 6 * 2;

/** Handed to the SDK's client, which resolves them. */
const RESOLVED_BY_SDK: ReadonlySet<string> = new Set([
  'credentials',
  'region',
  'endpoint',
  'profile',
  'useFipsEndpoint',
  'useDualstackEndpoint',
  'customUserAgent',
  'userAgentAppId',
]);
/** Never the user's, by either adapter: retries are one layer above, a queue URL chooses no host. */
const NEVER_HEEDED: ReadonlySet<string> = new Set([
  'maxAttempts',
  'retryMode',
  'retryStrategy',
  'useQueueUrlAsEndpoint',
]);
const HANDLER_KEYS: ReadonlySet<string> = new Set([
  'connectionTimeout',
  'requestTimeout',
  'throwOnRequestTimeout',
  'socketTimeout',
  'httpAgent',
  'httpsAgent',
]);

/** Throws a `TypeError` for whatever the lean service would have to ignore. */
export function resolveLeanOptions(clientConfig: SQSClientConfig): ResolvedLeanOptions {
  const { requestHandler, md5, ...rest } = clientConfig;
  const heeded = Object.entries(rest).filter(
    ([key, value]) => value !== undefined && !NEVER_HEEDED.has(key),
  );
  for (const [key] of heeded) if (!RESOLVED_BY_SDK.has(key)) throw cannotHeed(key);
  if (md5 !== undefined && md5 !== false) throw cannotHeed('md5, other than false');
  const handler = handlerOptions(requestHandler);
  const requestMs = handler['throwOnRequestTimeout'] === true ? handler['requestTimeout'] : 0;
  return {
    sdkConfig: Object.fromEntries(heeded),
    exchange: {
      maxAnswerBytes: MAX_ANSWER_BYTES,
      connectionMs: timeout(
        'connectionTimeout',
        handler['connectionTimeout'] ?? CONNECTION_TIMEOUT_MS,
      ),
      requestMs: timeout('requestTimeout', requestMs ?? 0),
      socketMs: timeout('socketTimeout', handler['socketTimeout'] ?? 0),
    },
    createPools: (protocol) =>
      createPools(protocol, handler[protocol === 'https:' ? 'httpsAgent' : 'httpAgent']),
  };
}

function handlerOptions(given: unknown): Readonly<Record<string, unknown>> {
  if (given === undefined) return {};
  if (typeof given !== 'object' || given === null || 'handle' in given) {
    throw cannotHeed('requestHandler, unless it is given as options');
  }
  for (const [key, value] of Object.entries(given)) {
    if (value !== undefined && !HANDLER_KEYS.has(key)) throw cannotHeed(`requestHandler.${key}`);
  }
  return given as Readonly<Record<string, unknown>>;
}

function createPools(protocol: Protocol, given: unknown): Pools {
  const polls = createConnectionPool(protocol, given, POLL_SOCKETS);
  const calls = createConnectionPool(protocol, given, CALL_SOCKETS);
  return {
    polls,
    calls,
    destroy() {
      polls.destroy();
      calls.destroy();
    },
  };
}

function timeout(name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0) return value;
  throw new RangeError(
    `requestHandler.${name} is ${String(value)}; it must be a number from 0, in milliseconds`,
  );
}

function cannotHeed(what: string): TypeError {
  return new TypeError(
    `The lean SQS service does not heed clientConfig.${what}. Leave it out, or use createSqsService.`,
  );
}

import { systemRuntime, type Runtime } from '@replyq/contract/transport';
import type { QueueService } from '@replyq/queue';
import { createAdminOperations } from '../admin-operations.ts';
import { createApiCaller } from '../api-caller.ts';
import { checksBodies, clientConfigOf } from '../client-config.ts';
import { createMessageOperations } from '../message-operations.ts';
import { configuredEndpoint, dialledEndpoint } from '../own-endpoint.ts';
import { createQueueOperations } from '../queue-operations.ts';
import { checkQueueHost } from '../sqs-host.ts';
import { resolveSqsLimits } from '../sqs-limits.ts';
import type { SqsServiceOptions } from '../sqs-service.ts';
import { createLeanApi } from './lean-api.ts';
import { resolveLeanOptions } from './lean-options.ts';

// The port QueueService over Node's own HTTP client. Operations, failures, hosts and limits are those
// of the SDK adapter, one folder up, behind its seam sqs-api. Who owns what here:
//
// lean-options  what of clientConfig is heeded; timeouts; the two connection-pools
// target        where requests go, resolved by an SDK client that sends nothing
// identities    the credentials of each request, and when they are asked for anew
// signing-clock the offset of the local clock, once the service has refused it
// signer        the signature; the key of the day
// lambda-trace  the trace of a Lambda invocation
// lean-api      one request: input to bytes, signature, exchange, answer to output
// exchange      one POST: connection, abort, timeouts, a bounded answer
// wire-output, service-error: translate, with wire-input, one folder up

export interface LeanSqsServiceOptions extends SqsServiceOptions {
  /** The clock that signs, and the timers of connections. Default: the platform's. */
  readonly runtime?: Runtime;
}

/**
 * Amazon SQS as a {@link QueueService}, like {@link createSqsService} for a fraction of its CPU time:
 * the AWS SDK resolves credentials, region and endpoint, but does not send. Opens no socket before
 * the first request; asks for region and endpoint once, then.
 *
 * Of `clientConfig` it heeds `credentials`, `region`, `endpoint`, `profile`, `useFipsEndpoint`,
 * `useDualstackEndpoint`, `customUserAgent`, `userAgentAppId`, `md5: false`, and a `requestHandler`
 * given as options: `connectionTimeout`, `requestTimeout` with `throwOnRequestTimeout`,
 * `socketTimeout`, `httpAgent`, `httpsAgent`. An agent instance serves receives and all else, and
 * stays yours: to destroy, and to keep free of dead connections. What no adapter heeds (retries,
 * `useQueueUrlAsEndpoint`) is ignored.
 *
 * Throws a `TypeError` for any other key of `clientConfig`, and a `RangeError` for a limit or timeout
 * out of range.
 */
export function createLeanSqsService(options: LeanSqsServiceOptions = {}): QueueService {
  const limits = resolveSqsLimits(options.limits);
  const clientConfig = clientConfigOf(options);
  const caller = createApiCaller();
  const api = createLeanApi(
    resolveLeanOptions(clientConfig),
    caller,
    options.runtime ?? systemRuntime,
  );
  const configured = configuredEndpoint(clientConfig);
  return {
    limits,
    ...createMessageOperations(api, checksBodies(options)),
    ...createQueueOperations(api),
    ...createAdminOperations(api),
    checkHost(url) {
      const target = api.target();
      const known = configured.kind === 'configured' || target === undefined;
      return checkQueueHost(url, known ? configured : dialledEndpoint(target.region, target));
    },
    async close() {
      caller.close();
      api.destroy();
    },
  };
}

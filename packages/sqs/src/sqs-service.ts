import type { SQSClientConfig } from '@aws-sdk/client-sqs';
import type { QueueService } from '@replyq/queue';
import { createAnswerWatch } from './answer-watch.ts';
import { createAdminOperations } from './admin-operations.ts';
import { createApiCaller } from './api-caller.ts';
import { checksBodies, clientConfigOf } from './client-config.ts';
import { createMessageOperations } from './message-operations.ts';
import { createQueueOperations } from './queue-operations.ts';
import { createSdkApi } from './sdk-api.ts';
import { createSqsClients } from './sqs-clients.ts';
import { checkQueueHost } from './sqs-host.ts';
import { resolveSqsLimits, type SqsLimitOptions } from './sqs-limits.ts';

// The port QueueService over the AWS SDK. Who owns what:
//
// sqs-clients        the two SDK clients and their connection-pools
// answer-watch       the service's time and the endpoint, read off each answer
// api-caller         the open requests: signals, close, those that were given up unanswered
// sdk-api            one request by one of the clients, behind the seam sqs-api
// message-operations send, receive, delete, change visibility; batch, received-message,
//                    message-attributes translate, body-check compares
// queue-operations   create, delete, tag, list; queue-attributes translates
// sqs-error          all that can go wrong, as kinds of failure
// sqs-host, sqs-limits, seconds: AWS's names, numbers and units

export interface SqsServiceOptions {
  /**
   * For both SDK clients. Default: the SDK's own chains for credentials, region and endpoint. Not
   * heeded are `maxAttempts`, `retryMode`, `retryStrategy` (retries are one layer above) and
   * `useQueueUrlAsEndpoint` (a queue URL never chooses the host). A `requestHandler` given as
   * options makes two connection pools; an instance serves both clients and must have a socket for
   * each open long poll besides those for sends. After a request that was given up unanswered the idle
   * connections of its pool are closed. An instance, of a handler or of an agent in its options, stays
   * yours: to destroy, and to keep free of dead connections.
   */
  readonly clientConfig?: SQSClientConfig;
  readonly limits?: SqsLimitOptions;
  /**
   * Compare bodies with the MD5 that SQS gives. Of one that was sent and differs, the effect is unknown; one
   * that is received is shown to nobody (`frameMalformed`) and comes again. Each counts for itself. Default false:
   * TLS guards the way. An `md5` in `clientConfig` goes before this.
   */
  readonly checkMd5?: boolean;
}

/**
 * Amazon SQS, or what speaks its JSON protocol, as a {@link QueueService}. Opens no socket before
 * the first request. Throws a `RangeError` for a limit out of range.
 *
 * `checkHost` needs the region. One that `clientConfig` gives as a text is known at once; any other
 * is known after the first answered request. Until then no host fits: nothing received through this
 * service is ever judged without knowing.
 */
export function createSqsService(options: SqsServiceOptions = {}): QueueService {
  const limits = resolveSqsLimits(options.limits);
  const clientConfig = clientConfigOf(options);
  const clients = createSqsClients(clientConfig);
  const watch = createAnswerWatch(clientConfig);
  watch.watch(clients.polls.sdk);
  watch.watch(clients.calls.sdk);
  const caller = createApiCaller();
  const api = createSdkApi(clients, caller, watch.timeOf);
  return {
    limits,
    ...createMessageOperations(api, checksBodies(options)),
    ...createQueueOperations(api),
    ...createAdminOperations(api),
    checkHost: (url) => checkQueueHost(url, watch.endpoint()),
    async close() {
      caller.close();
      clients.destroy();
    },
  };
}

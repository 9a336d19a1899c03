import type { Transport } from '@replyq/contract/transport';
import { createMemoryQueueService } from '@replyq/memory';
import { createQueueTransport, type QueueService } from '@replyq/queue';
import { createSqsService } from '@replyq/sqs';
import type { ServerAddress } from '../../bench/settings.ts';
import { createCountingRuntime, type CountingRuntime } from './counting-runtime.ts';
import { withFaults, type FaultyService } from './faulty-service.ts';
import { Ledger } from './ledger.ts';
import type { TransportName } from './options.ts';
import { VISIBILITY_MS } from './services.ts';

/** A transport with all that watches it. */
export interface World {
  readonly transport: Transport;
  readonly service: FaultyService;
  readonly runtime: CountingRuntime;
  readonly ledger: Ledger;
}

/** `server` is where SQS is; in memory there is none. */
export function openWorld(
  name: TransportName,
  server: ServerAddress | undefined,
  random: () => number,
): World {
  const runtime = createCountingRuntime();
  const ledger = new Ledger();
  const service = withFaults(serviceOf(name, server, runtime), random);
  const transport = createQueueTransport({
    service,
    runtime,
    observer: ledger.observe,
    maxBufferedFrames: 100_000,
    replyQueue: { visibilityMs: VISIBILITY_MS },
  });
  return { transport, service, runtime, ledger };
}

function serviceOf(
  name: TransportName,
  server: ServerAddress | undefined,
  runtime: CountingRuntime,
): QueueService {
  if (name === 'memory') return createMemoryQueueService({ runtime, createdVisibleAfterMs: 0 });
  const { credentials, endpoint = '', region = '' } = server ?? {};
  return createSqsService({
    clientConfig: { endpoint, region, ...(credentials === undefined ? {} : { credentials }) },
  });
}

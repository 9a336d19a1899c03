import { RpcError } from '@replyq/contract';
import {
  systemRuntime,
  type Observer,
  type Runtime,
  type Transport,
} from '@replyq/contract/transport';
import { QueueApi } from './queue-api.ts';
import { replyQueuePrefix } from './queue-options.ts';
import type { QueueService } from './queue-service.ts';
import { sweep } from './sweep.ts';
import { SweepLook } from './sweep-look.ts';
import { SweepMemory } from './sweep-memory.ts';
import type { SweepReport } from './sweep-report.ts';

export interface SweepIdleQueuesOptions {
  /** Default: the transport's own; of a service `__RequesterClientQueues__`. */
  readonly prefix?: string;
  /** Only say what would be deleted. Default false. */
  readonly dryRun?: boolean;
  /** Ends it early; the report says so. */
  readonly signal?: AbortSignal;
  /** Of a service: default the platform's. A transport has its own. */
  readonly runtime?: Runtime;
  /** Of a service. A transport has its own. */
  readonly observer?: Observer;
}

/** What a queue-backed transport lets a sweep use. */
export interface Sweepable {
  readonly api: QueueApi;
  readonly prefix: string;
  readonly isOwn: (queue: string) => boolean;
}

const sweepables = new WeakMap<Transport, Sweepable>();

export function makeSweepable(transport: Transport, sweepable: Sweepable): void {
  sweepables.set(transport, sweepable);
}

/**
 * Deletes the reply queues that dead processes left, ours and those of AWS's Java client, by the same
 * rules as the sweep that requesters do by themselves; it asks nobody whether one is due. Makes at most two
 * tag calls a second, so a thousand queues take some ten minutes. The transport or service stays open.
 *
 * Rejects with an `RpcError` BAD_REQUEST for a bad prefix or for a transport that is not queue-backed;
 * what the service refuses is in the report.
 */
export async function sweepIdleQueues(
  source: Transport | QueueService,
  options: SweepIdleQueuesOptions = {},
): Promise<SweepReport> {
  const { api, isOwn, prefix } = sweepableOf(source, options);
  const { dryRun = false, signal = new AbortController().signal } = options;
  const memory = new SweepMemory();
  const look = new SweepLook({ api, memory, signal });
  const listed = await look.list(prefix);
  if (listed.kind !== 'ok') {
    return { prefix, dryRun, found: 0, deleted: [], kept: [], error: listed.error };
  }
  const { queueUrls } = listed;
  const end = await sweep({ api, look, memory, prefix, queueUrls, dryRun, isOwn, signal });
  return end.report;
}

function sweepableOf(
  source: Transport | QueueService,
  { observer, prefix, runtime = systemRuntime }: SweepIdleQueuesOptions,
): Sweepable {
  if ('listQueues' in source) {
    const api = new QueueApi(source, runtime, observer);
    return { api, prefix: replyQueuePrefix(prefix), isOwn: () => false };
  }
  const sweepable = sweepables.get(source);
  if (sweepable === undefined) {
    const message = 'sweepIdleQueues takes a queue service, or a transport made over one.';
    throw new RpcError({ code: 'BAD_REQUEST', message });
  }
  return prefix === undefined ? sweepable : { ...sweepable, prefix: replyQueuePrefix(prefix) };
}

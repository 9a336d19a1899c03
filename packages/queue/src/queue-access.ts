import { RpcError } from '@replyq/contract';
import {
  systemRuntime,
  type Observer,
  type QueueRef,
  type Runtime,
  type Transport,
} from '@replyq/contract/transport';
import { QueueAdmin } from './queue-admin.ts';
import { QueueApi } from './queue-api.ts';
import { cannotOpen, QueueDirectory } from './queue-directory.ts';
import type { Failure, QueueService } from './queue-service.ts';

/** What an administrator's tool may use of a queue-backed transport, or of a queue service. */
export interface QueueAccess {
  /** Each operation watched and told to the observer; none is repeated. */
  readonly api: QueueApi;
  readonly admin: QueueAdmin;
  readonly runtime: Runtime;
  /** What the transport's namespace puts before a name. */
  readonly namespace: string;
  /** Asked each time. Rejects with an `RpcError` where the queue cannot be found. */
  urlOf(queue: QueueRef): Promise<string>;
}

export interface QueueAccessOptions {
  /** Of a service: default the platform's. A transport has its own. */
  readonly runtime?: Runtime;
  /** Of a service. A transport has its own. */
  readonly observer?: Observer;
}

const accesses = new WeakMap<Transport, QueueAccess>();

export function giveAccess(transport: Transport, api: QueueApi, namespace: string): void {
  accesses.set(transport, accessTo(api, namespace));
}

/**
 * Opens the queues behind `source`, which stays open. `caller` is named in the refusal.
 *
 * @throws RpcError BAD_REQUEST where `source` is a transport that is not queue-backed.
 */
export function queueAccess(
  source: Transport | QueueService,
  caller: string,
  { observer, runtime = systemRuntime }: QueueAccessOptions = {},
): QueueAccess {
  if ('listQueues' in source) return accessTo(new QueueApi(source, runtime, observer), '');
  const access = accesses.get(source);
  if (access !== undefined) return access;
  const message = `${caller} takes a queue service, or a transport made over one.`;
  throw new RpcError({ code: 'BAD_REQUEST', message });
}

/** What a failed operation on a queue is to a caller. */
export function queueFailed(queue: QueueRef, failure: Failure): RpcError {
  return cannotOpen(queue, failure);
}

function accessTo(api: QueueApi, namespace: string): QueueAccess {
  return {
    api,
    admin: new QueueAdmin(api),
    runtime: api.runtime,
    namespace,
    async urlOf(queue) {
      const found = await new QueueDirectory(api, namespace).resolve(queue, false);
      if (found.kind !== 'ok') throw cannotOpen(queue, found);
      return found.queueUrl;
    },
  };
}

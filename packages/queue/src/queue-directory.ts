import { RpcError, type RpcErrorCode } from '@replyq/contract';
import { isFifo, type QueueRef } from '@replyq/contract/transport';
import type { QueueApi } from './queue-api.ts';
import { isQueueName, parseQueueArn, parseQueueUrl } from './queue-name.ts';
import type { Failure, Result } from './queue-service.ts';

export type ResolvedQueue = Result<{ readonly queueUrl: string; readonly createdNow: boolean }>;

/**
 * Finds the URL of a queue from its name, URL or ARN. Answers are kept; failures are not, so that
 * a queue made a moment later is found by the next call.
 */
export class QueueDirectory {
  readonly #api: QueueApi;
  readonly #namespace: string;
  readonly #found = new Map<QueueRef, Promise<ResolvedQueue>>();

  constructor(api: QueueApi, namespace: string) {
    this.#api = api;
    this.#namespace = namespace;
  }

  /** Never rejects. `create`: makes a queue that is referred to by name and does not exist. */
  resolve(ref: QueueRef, create: boolean): Promise<ResolvedQueue> {
    const known = this.#found.get(ref);
    if (known === undefined) return this.#begin(ref, create);
    if (!create) return known;
    // A lookup that is under way may not have been asked to make the queue.
    return known.then((found) => (found.kind === 'gone' ? this.#begin(ref, create) : found));
  }

  #begin(ref: QueueRef, create: boolean): Promise<ResolvedQueue> {
    const lookup = this.#lookUp(ref, create).then((result) => {
      if (result.kind !== 'ok' && this.#found.get(ref) === lookup) this.#found.delete(ref);
      return result;
    });
    this.#found.set(ref, lookup);
    return lookup;
  }

  /** The URL of `ref` is not to be believed any more. */
  forget(ref: QueueRef): void {
    this.#found.delete(ref);
  }

  async #lookUp(ref: QueueRef, create: boolean): Promise<ResolvedQueue> {
    if (ref.includes('://')) {
      const parsed = parseQueueUrl(ref);
      return parsed === undefined
        ? notAQueue(ref)
        : { kind: 'ok', queueUrl: ref, createdNow: false };
    }
    const arn = parseQueueArn(ref);
    const name = arn?.name ?? this.#namespace + ref;
    if (!isQueueName(name)) return notAQueue(ref);
    if (create && arn === undefined) {
      const made = await this.#api.createQueue(
        isFifo(name) ? { name, attributes: { fifo: true } } : { name },
      );
      // Made by somebody else, with attributes of their own: that is the queue that was meant.
      if (made.kind !== 'exists') return made.kind === 'ok' ? { ...made, createdNow: true } : made;
    }
    const found = await this.#api.getQueueUrl(name, arn?.account);
    return found.kind === 'ok' ? { ...found, createdNow: false } : found;
  }
}

function notAQueue(ref: QueueRef): Failure {
  return { kind: 'invalid', error: `"${ref.slice(0, 200)}" is not a queue name, URL or ARN` };
}

/** What a queue that could not be opened is to the caller. */
export function cannotOpen(queue: QueueRef, failure: Failure): RpcError {
  const code: RpcErrorCode =
    failure.kind === 'gone' ? 'NOT_FOUND' : (CODES[failure.kind] ?? 'SERVICE_UNAVAILABLE');
  return new RpcError({ code, queue, message: `Cannot open queue "${queue}": ${failure.error}` });
}

const CODES: Readonly<Partial<Record<Failure['kind'], RpcErrorCode>>> = {
  denied: 'FORBIDDEN',
  credentials: 'FORBIDDEN',
  invalid: 'BAD_REQUEST',
};

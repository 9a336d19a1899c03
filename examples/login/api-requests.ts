import type { Observer } from '@replyq/contract/transport';

/** API requests that one process has made, by operation. */
export interface ApiRequests {
  readonly byOperation: Readonly<Record<string, number>>;
  /** AWS bills a request once per 64 KiB of its payload that it has begun. */
  readonly billed: number;
}

export const NO_REQUESTS: ApiRequests = { byOperation: {}, billed: 0 };

const BILLED_CHUNK_BYTES = 65_536;

/** An observer that counts. Each request that the transport makes is one event. */
export class ApiRequestCounter {
  readonly #byOperation = new Map<string, number>();
  #billed = 0;

  readonly observe: Observer = (event) => {
    if (event.kind !== 'apiRequest') return;
    const { operation, bytes } = event;
    this.#byOperation.set(operation, (this.#byOperation.get(operation) ?? 0) + 1);
    this.#billed += Math.max(1, Math.ceil(bytes / BILLED_CHUNK_BYTES));
  };

  /** All since the start. */
  total(): ApiRequests {
    return { byOperation: Object.fromEntries(this.#byOperation), billed: this.#billed };
  }

  summary(): string {
    const parts = [...this.#byOperation].map(([operation, count]) => `${operation} ${count}`);
    return `API requests: ${parts.join(', ')}`;
  }
}

/** What came to `before` until it was `after`. */
export function requestsBetween(before: ApiRequests, after: ApiRequests): ApiRequests {
  const byOperation = Object.fromEntries(
    Object.entries(after.byOperation)
      .map(
        ([operation, count]) => [operation, count - (before.byOperation[operation] ?? 0)] as const,
      )
      .filter(([, count]) => count > 0),
  );
  return { byOperation, billed: after.billed - before.billed };
}

export function sumOfRequests({ byOperation }: ApiRequests): number {
  return Object.values(byOperation).reduce((sum, count) => sum + count, 0);
}

import type { Observer } from '@replyq/contract/transport';

/** API requests by operation. */
export interface ApiRequests {
  readonly byOperation: Readonly<Record<string, number>>;
  /** AWS bills a request once per 64 KiB of its payload that it has begun. */
  readonly billed: number;
}

export const NO_REQUESTS: ApiRequests = { byOperation: {}, billed: 0 };

const BILLED_CHUNK_BYTES = 65_536;

/** An observer that counts. Each request that the transport makes is one event. */
export class ApiRequestCounter {
  #total = NO_REQUESTS;

  readonly observe: Observer = (event) => {
    if (event.kind !== 'apiRequest') return;
    const billed = Math.max(1, Math.ceil(event.bytes / BILLED_CHUNK_BYTES));
    this.#total = addRequests(this.#total, { byOperation: { [event.operation]: 1 }, billed });
  };

  /** All since the start. */
  total(): ApiRequests {
    return this.#total;
  }
}

export function addRequests(left: ApiRequests, right: ApiRequests): ApiRequests {
  const byOperation: Record<string, number> = { ...left.byOperation };
  for (const [operation, count] of Object.entries(right.byOperation)) {
    byOperation[operation] = (byOperation[operation] ?? 0) + count;
  }
  return { byOperation, billed: left.billed + right.billed };
}

export function sumOfRequests({ byOperation }: ApiRequests): number {
  return Object.values(byOperation).reduce((sum, count) => sum + count, 0);
}

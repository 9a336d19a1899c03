import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Observer } from '@replyq/contract/transport';
import { billedUnits } from './billing.ts';

/** API requests of one process. */
export interface ApiRequests {
  readonly byOperation: Readonly<Record<string, number>>;
  readonly billedUnits: number;
  /** Bodies and attributes, sent and received. */
  readonly bytes: number;
}

export const NO_REQUESTS: ApiRequests = { byOperation: {}, billedUnits: 0, bytes: 0 };

/** Counts what a replyq transport tells its observer, or what an SDK client sends. */
export class ApiRequestCounter {
  readonly #byOperation = new Map<string, number>();
  #billedUnits = 0;
  #bytes = 0;
  #sinceMs = 0;

  readonly observe: Observer = (event) => {
    if (event.kind !== 'apiRequest') return;
    if (performance.now() - event.durationMs >= this.#sinceMs) {
      this.#count(event.operation, event.bytes);
    }
  };

  /** Counts every attempt of the client. */
  watch(client: SQSClient): void {
    client.middlewareStack.add(
      (next, { commandName = 'other' }) =>
        async (args) => {
          const result = await next(args);
          const bytes = sentBytes(args.input as Sent) + receivedBytes(result.output);
          this.#count(commandName.replace(/Command$/, ''), bytes);
          return result;
        },
      // Behind the retries, which have the highest priority of this step.
      { step: 'finalizeRequest', priority: 'low', name: 'countApiRequests' },
    );
  }

  /** From now on requests count only that have not begun yet. (Of observed ones.) */
  ignoreBegun(): void {
    this.#sinceMs = performance.now();
  }

  total(): ApiRequests {
    const byOperation = Object.fromEntries(this.#byOperation);
    return { byOperation, billedUnits: this.#billedUnits, bytes: this.#bytes };
  }

  #count(operation: string, bytes: number): void {
    this.#byOperation.set(operation, (this.#byOperation.get(operation) ?? 0) + 1);
    this.#billedUnits += billedUnits(bytes);
    this.#bytes += bytes;
  }
}

/** What came to `before` until it was `after`. */
export function requestsBetween(before: ApiRequests, after: ApiRequests): ApiRequests {
  return {
    byOperation: countsBetween(before.byOperation, after.byOperation),
    billedUnits: after.billedUnits - before.billedUnits,
    bytes: after.bytes - before.bytes,
  };
}

export function countsBetween(
  before: ApiRequests['byOperation'],
  after: ApiRequests['byOperation'],
): ApiRequests['byOperation'] {
  return Object.fromEntries(
    Object.entries(after)
      .map(([operation, count]) => [operation, count - (before[operation] ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );
}

export function sumOfRequests(parts: readonly ApiRequests[]): ApiRequests {
  const byOperation: Record<string, number> = {};
  for (const part of parts) {
    for (const [operation, count] of Object.entries(part.byOperation)) {
      byOperation[operation] = (byOperation[operation] ?? 0) + count;
    }
  }
  return {
    byOperation,
    billedUnits: parts.reduce((sum, part) => sum + part.billedUnits, 0),
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
  };
}

interface Sized {
  readonly MessageBody?: string;
  readonly Body?: string;
  readonly MessageAttributes?: Readonly<
    Record<string, { readonly DataType?: string; readonly StringValue?: string }>
  >;
}

interface Sent extends Sized {
  readonly Entries?: readonly Sized[];
}

/** Of a batch, what all its entries have. */
function sentBytes(input: Sent): number {
  return (input.Entries ?? [input]).reduce((sum, message) => sum + messageBytes(message), 0);
}

/** As SQS counts: the body, and of each attribute name, type and value. */
function messageBytes(message: Sized): number {
  let bytes = Buffer.byteLength(message.MessageBody ?? message.Body ?? '');
  for (const [name, attribute] of Object.entries(message.MessageAttributes ?? {})) {
    const { DataType = '', StringValue = '' } = attribute;
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType) + Buffer.byteLength(StringValue);
  }
  return bytes;
}

function receivedBytes(output: object): number {
  if (!('Messages' in output) || !Array.isArray(output.Messages)) return 0;
  return output.Messages.reduce((sum: number, message: Sized) => sum + messageBytes(message), 0);
}

import { createSqsService } from '@replyq/sqs';

/** What the server itself says of the queues whose names begin with one of some prefixes. */
export class Queues {
  readonly #service = createSqsService();
  readonly #prefixes: readonly string[];

  constructor(prefixes: readonly string[]) {
    this.#prefixes = prefixes;
  }

  async list(): Promise<readonly string[]> {
    const urls = new Set<string>();
    for (const prefix of this.#prefixes) {
      const { queueUrls } = succeeded(await this.#service.listQueues({ prefix }));
      for (const url of queueUrls) urls.add(url);
    }
    return [...urls];
  }

  /** Messages in all of them: waiting, held by somebody, or not due yet. */
  async countMessages(): Promise<number> {
    let count = 0;
    for (const queueUrl of await this.list()) {
      const { attributes } = succeeded(await this.#service.getQueueAttributes({ queueUrl }));
      count += attributes.visibleCount + attributes.inFlightCount + attributes.delayedCount;
    }
    return count;
  }

  async deleteAll(): Promise<void> {
    for (const queueUrl of await this.list()) {
      const result = await this.#service.deleteQueue({ queueUrl });
      // Some servers go on listing what was deleted.
      if (result.kind !== 'gone') succeeded(result);
    }
  }

  close(): Promise<void> {
    return this.#service.close();
  }
}

export function nameOfQueue(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

/** Throws an `Error` for what the server refused. */
function succeeded<TResult extends { readonly kind: string }>(
  result: TResult,
): Extract<TResult, { readonly kind: 'ok' }> {
  if (result.kind === 'ok') return result as Extract<TResult, { readonly kind: 'ok' }>;
  const why = 'error' in result ? String(result.error) : result.kind;
  throw new Error(`The server refuses, or is not there: ${why}`);
}

import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteQueueCommand,
  paginateListQueues,
  QueueDoesNotExist,
  SQSClient,
} from '@aws-sdk/client-sqs';

/** Between two looks at a list that changes slowly. */
const PAUSE_MS = 2000;

const REQUEST_LIMITS = {
  connectionTimeout: 3000,
  requestTimeout: 5000,
  throwOnRequestTimeout: true,
};

/** The queues whose names begin with one of `prefixes`, as the server lists them. */
export class Queues {
  readonly #sqs = new SQSClient({
    // Bounded, since whoever cleans up must come to an end.
    maxAttempts: 2,
    requestHandler: REQUEST_LIMITS,
    // Queue URLs of local servers may name a host that nobody resolves.
    useQueueUrlAsEndpoint: false,
  });
  readonly #prefixes: Set<string>;

  constructor(prefixes: readonly string[]) {
    this.#prefixes = new Set(prefixes);
  }

  watch(prefix: string): void {
    this.#prefixes.add(prefix);
  }

  async list(): Promise<readonly string[]> {
    const urls = new Set<string>();
    for (const prefix of this.#prefixes) {
      // Who asks for a page size gets all pages; who asks for none gets the first thousand.
      const pages = paginateListQueues(
        { client: this.#sqs, pageSize: 1000 },
        prefix === '' ? {} : { QueueNamePrefix: prefix },
      );
      for await (const { QueueUrls = [] } of pages) for (const url of QueueUrls) urls.add(url);
    }
    return [...urls];
  }

  async delete(urls: readonly string[]): Promise<void> {
    for (const QueueUrl of urls) {
      try {
        await this.#sqs.send(new DeleteQueueCommand({ QueueUrl }));
      } catch (error) {
        // AWS goes on listing what was deleted.
        if (!(error instanceof QueueDoesNotExist)) throw error;
      }
    }
  }

  /** What is still listed after at most `patienceMs`. */
  async remaining(patienceMs: number, signal: AbortSignal): Promise<readonly string[]> {
    const untilMs = performance.now() + patienceMs;
    for (;;) {
      const urls = await this.list();
      if (urls.length === 0 || performance.now() >= untilMs) return urls;
      await sleep(PAUSE_MS, undefined, { signal });
    }
  }

  close(): void {
    this.#sqs.destroy();
  }
}

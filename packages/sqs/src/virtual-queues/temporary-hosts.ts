import { CreateQueueCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type VirtualHost, type VirtualQueues } from '@replyq/queue/virtual-queues';
import { fromSeconds } from '../seconds.ts';

type Attributes = Readonly<Record<string, string>>;

/** What nobody has read is of no use after that: the same as for replies, so that dead hosts empty themselves. */
const LEAST_RETENTION_S = 300;
/** SQS's default. API reference, CreateQueue. */
const DEFAULT_VISIBILITY_S = 30;

/** The host queues of temporary queues: one for each distinct set of attributes, made when it is first needed. */
export class TemporaryHosts {
  readonly #client: SQSClient;
  readonly #queues: VirtualQueues;
  readonly #bySet = new Map<string, Promise<VirtualHost>>();

  constructor(client: SQSClient, queues: VirtualQueues) {
    this.#client = client;
    this.#queues = queues;
  }

  /** Rejects as CreateQueue of the SDK does. `idleS`: of the queue that is wanted. */
  async host(attributes: Attributes, idleS: number): Promise<VirtualHost> {
    const retentionS = String(Math.max(LEAST_RETENTION_S, idleS));
    const all = { MessageRetentionPeriod: retentionS, ...attributes };
    const key = JSON.stringify(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
    const known = this.#bySet.get(key);
    if (known !== undefined) {
      const host = await known;
      if (this.#queues.knownHost(host.queueUrl) === host) return host;
      // It was lost. Who sees that first makes the next one.
      if (this.#bySet.get(key) === known) this.#bySet.delete(key);
      return this.host(attributes, idleS);
    }
    const making = this.#make(all);
    this.#bySet.set(key, making);
    making.catch(() => this.#bySet.delete(key));
    return making;
  }

  async #make(attributes: Attributes): Promise<VirtualHost> {
    const suffix = attributes['FifoQueue'] === 'true' ? '.fifo' : '';
    const { idleRetentionMs } = this.#queues.settings;
    const command = new CreateQueueCommand({
      QueueName: `${this.#queues.nextHostName()}${suffix}`,
      Attributes: { ...attributes },
      tags: { ...this.#queues.tagsFor(idleRetentionMs) },
    });
    const traits = {
      visibilityMs: fromSeconds(Number(attributes['VisibilityTimeout'] ?? DEFAULT_VISIBILITY_S)),
      waitMs: fromSeconds(Number(attributes['ReceiveMessageWaitTimeSeconds'] ?? 0)),
    };
    return this.#queues.makeHost(async () => {
      const { QueueUrl = '' } = await this.#client.send(command, {});
      return QueueUrl;
    }, traits);
  }
}

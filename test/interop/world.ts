import { SQSClient } from '@aws-sdk/client-sqs';
import type { ReplyqEvent, Transport } from '@replyq/contract/transport';
import type { QueueService } from '@replyq/queue';
import { createSqsService, sqsTransport, type SqsTransportOptions } from '@replyq/sqs';
import type { Launch } from './java-program.ts';
import {
  JavaRequester,
  JavaResponder,
  JavaVirtualQueues,
  type JavaRequesterSettings,
} from './java-sides.ts';
import { RawQueues } from './raw-queues.ts';
import type { Server } from './server.ts';

const PREFIX = '__RequesterClientQueues__';

interface Closable {
  close(): Promise<void>;
}

/** What one case plays with. All that it opens here is closed or killed after it, the last first. */
export class World {
  /** What transports and whoever was given {@link observe} have seen, in order. */
  readonly events: ReplyqEvent[] = [];
  /** Queues behind everybody's back. */
  readonly raw: RawQueues;
  readonly service: QueueService;
  readonly server: Server;
  readonly #launch: Launch;
  readonly #ends: (() => Promise<unknown>)[] = [];
  readonly #javaStderr: (() => string)[] = [];

  constructor(server: Server, launch: Launch) {
    this.server = server;
    this.#launch = launch;
    this.service = createSqsService({ clientConfig: this.clientConfig });
    const client = new SQSClient(this.clientConfig);
    this.raw = new RawQueues(client);
    this.#ends.push(
      async () => client.destroy(),
      () => this.service.close(),
      () => this.#deleteHostQueues(),
    );
  }

  /** Queue URLs are never called: they name hosts that only the server itself knows. */
  get clientConfig() {
    const { endpoint, region } = this.server;
    return {
      endpoint,
      region,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      useQueueUrlAsEndpoint: false,
    };
  }

  readonly observe = (event: ReplyqEvent): void => void this.events.push(event);

  saw<K extends ReplyqEvent['kind']>(kind: K): readonly Extract<ReplyqEvent, { kind: K }>[] {
    return this.events.filter(
      (event): event is Extract<ReplyqEvent, { kind: K }> => event.kind === kind,
    );
  }

  transport(options: SqsTransportOptions = {}): Transport {
    const { clientConfig, observe: observer } = this;
    return this.keep(sqsTransport({ clientConfig, observer, ...options }));
  }

  async javaRequester(settings: Partial<JavaRequesterSettings> = {}): Promise<JavaRequester> {
    return this.#java(await JavaRequester.start(this.#launch, this.#where, settings));
  }

  async javaResponder(queueUrl: string): Promise<JavaResponder> {
    return this.#java(await JavaResponder.start(this.#launch, this.#where, queueUrl));
  }

  async javaVirtualQueues(): Promise<JavaVirtualQueues> {
    return this.#java(await JavaVirtualQueues.start(this.#launch, this.#where));
  }

  /** Closed with the world. */
  keep<T extends Closable>(closable: T): T {
    this.#ends.push(() => closable.close());
    return closable;
  }

  /** The end of what the Java programs have said on standard error. */
  javaStderr(): string {
    return this.#javaStderr.map((read) => read()).join('');
  }

  async close(): Promise<void> {
    for (const end of this.#ends.toReversed()) await end();
  }

  /**
   * Those that killed programs have left. Java's sweep queue among them: its tags tell for 20 minutes that
   * there is somebody who sweeps, so that a client of the next case would not.
   */
  async #deleteHostQueues(): Promise<void> {
    for (const name of await this.raw.names(PREFIX)) {
      await this.raw.delete(await this.raw.url(name));
    }
  }

  get #where() {
    const { endpoint, region } = this.server;
    return { endpoint, region };
  }

  #java<T extends JavaRequester | JavaResponder | JavaVirtualQueues>(side: T): T {
    const { program } = side;
    this.#ends.push(() => program.kill());
    this.#javaStderr.push(() => program.stderr);
    return side;
  }
}

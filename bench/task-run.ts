import { Child } from './child.ts';
import type { RedisServer } from './redis-server.ts';
import type { EnqueueUsage, ProducerCommands, TaskLoad } from './roles/producer.ts';
import type { ServerCommands, ServerUsage } from './roles/server.ts';
import type { WorkerCommands, WorkUsage } from './roles/worker.ts';
import type { ServerAddress, TaskSettings } from './settings.ts';

/** Undefined: not ours to ask. */
export type TaskServerUsage = Pick<ServerUsage, 'cpuUs' | 'byOperation'> | undefined;

/** One measurement of one subject: tasks are enqueued while nobody works, then worked off. */
export interface TaskSample {
  readonly enqueued: EnqueueUsage & { readonly server: TaskServerUsage };
  readonly worked: WorkUsage & { readonly server: TaskServerUsage };
  /** What still lay in the queue when all was done. */
  readonly left: number;
}

export interface TaskRunOptions {
  readonly settings: Omit<TaskSettings, 'server'>;
  /** Undefined: an SQS server of its own, unless it is in Redis. */
  readonly server: ServerAddress | undefined;
  /** Where the tasks are, if not in SQS. */
  readonly redis: RedisServer | undefined;
}

/** The processes of one subject: its producer, its worker and its server. */
export class TaskRun {
  readonly #producer: Child<ProducerCommands>;
  readonly #worker: Child<WorkerCommands>;
  readonly #server: Child<ServerCommands> | RedisServer | undefined;
  #rounds = 0;
  #nextNonce = 1;

  private constructor(
    producer: Child<ProducerCommands>,
    worker: Child<WorkerCommands>,
    server: Child<ServerCommands> | RedisServer | undefined,
  ) {
    this.#producer = producer;
    this.#worker = worker;
    this.#server = server;
  }

  static async start({ redis, server, settings }: TaskRunOptions): Promise<TaskRun> {
    const own =
      server === undefined && redis === undefined ? new Child<ServerCommands>('server') : undefined;
    const address = (await own?.ask('start')) ?? server ?? { embedded: true };
    const all = { ...settings, server: address };
    const worker = new Child<WorkerCommands>('worker');
    const producer = new Child<ProducerCommands>('producer');
    await Promise.all([worker.ask('start', all), producer.ask('start', all)]);
    return new TaskRun(producer, worker, own ?? redis);
  }

  /** In a queue of its own. */
  async measure(count: number, payloadBytes: number): Promise<TaskSample> {
    this.#rounds += 1;
    const queue = `tasks-${this.#rounds}`;
    const load: TaskLoad = { queue, firstNonce: this.#nextNonce, count, payloadBytes };
    this.#nextNonce += count;
    await this.#worker.ask('makeQueue', queue);
    const enqueued = await this.#beside(() => this.#producer.ask('enqueue', load));
    const worked = await this.#beside(() => this.#worker.ask('work', load));
    return { enqueued, worked, left: await this.#worker.ask('finish') };
  }

  async close(): Promise<void> {
    await this.#producer.close();
    await this.#worker.close();
    if (this.#server instanceof Child) await this.#server.close();
  }

  /** What the server uses meanwhile. */
  async #beside<T extends object>(
    run: () => Promise<T>,
  ): Promise<T & { readonly server: TaskServerUsage }> {
    const server = this.#server;
    if (server === undefined) return { ...(await run()), server: undefined };
    if (server instanceof Child) {
      await server.ask('begin');
      const value = await run();
      return { ...value, server: await server.ask('end') };
    }
    const before = await server.cpuUs();
    const value = await run();
    return { ...value, server: { cpuUs: (await server.cpuUs()) - before, byOperation: {} } };
  }
}

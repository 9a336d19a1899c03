import { startLocalSqs, type LocalSqs } from '@replyq/testing';

/** The local server, which comes back on its port with what it held. */
export class Server {
  readonly #dataDir: string;
  #local: LocalSqs;
  #restarting: Promise<void> = Promise.resolve();

  private constructor(dataDir: string, local: LocalSqs) {
    this.#dataDir = dataDir;
    this.#local = local;
  }

  static async start(dataDir: string): Promise<Server> {
    return new Server(dataDir, await startLocalSqs({ dataDir }));
  }

  get port(): number {
    return Number(new URL(this.#local.endpoint).port);
  }

  get clientConfig(): LocalSqs['clientConfig'] {
    return this.#local.clientConfig;
  }

  /** One after the other. */
  restart(awayMs: number): Promise<void> {
    this.#restarting = this.#restarting.then(async () => {
      const { port } = this;
      await this.#local.close();
      await new Promise((resolve) => setTimeout(resolve, awayMs));
      this.#local = await startLocalSqs({ dataDir: this.#dataDir, port });
    });
    return this.#restarting;
  }

  async close(): Promise<void> {
    await this.#restarting;
    await this.#local.close();
  }
}

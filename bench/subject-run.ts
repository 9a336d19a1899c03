import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from './child.ts';
import type { Load, RequesterCommands, RequesterUsage } from './roles/requester.ts';
import type { ResponderCommands, ResponderUsage } from './roles/responder.ts';
import type { ServerCommands, ServerUsage } from './roles/server.ts';
import { hasResponder, type ServerAddress, type SubjectSettings } from './settings.ts';

/** Between the begin of a load and that of the measurement: at least this, at most so much. */
const SETTLE_MS = 400;
const LONGEST_SETTLE_MS = 15_000;
/** Callers who begin all at once come in a wave, which takes some rounds to spread. */
const ROUNDS = 2;

/** One measurement of one subject. */
export interface Sample {
  readonly requesters: readonly RequesterUsage[];
  readonly responders: readonly ResponderUsage[];
  /** Undefined: the server is not ours. */
  readonly server: ServerUsage | undefined;
}

export interface SubjectRunOptions {
  readonly settings: Omit<SubjectSettings, 'server'>;
  /** Undefined: a server of its own, unless all happens in the requester. */
  readonly server: ServerAddress | undefined;
  readonly requesters?: number;
  readonly responders?: number;
}

/** The processes of one subject: its requesters, its responders and its server. */
export class SubjectRun {
  readonly #requesters: readonly Child<RequesterCommands>[];
  readonly #responders: readonly Child<ResponderCommands>[];
  readonly #server: Child<ServerCommands> | undefined;

  private constructor(
    requesters: readonly Child<RequesterCommands>[],
    responders: readonly Child<ResponderCommands>[],
    server: Child<ServerCommands> | undefined,
  ) {
    this.#requesters = requesters;
    this.#responders = responders;
    this.#server = server;
  }

  static async start(options: SubjectRunOptions): Promise<SubjectRun> {
    const server = options.server === undefined ? new Child<ServerCommands>('server') : undefined;
    const address = options.server ?? (await server?.ask('start'));
    if (address === undefined) throw new Error('unreachable');
    const settings: SubjectSettings = { ...options.settings, server: address };
    const responders = hasResponder(settings)
      ? children<ResponderCommands>('responder', options.responders ?? 1)
      : [];
    const requesters = children<RequesterCommands>('requester', options.requesters ?? 1);
    for (const responder of responders) await responder.ask('start', settings);
    for (const requester of requesters) await requester.ask('start', settings);
    return new SubjectRun(requesters, responders, server);
  }

  /** Lets the code become hot. */
  async warmUp(loads: readonly Load[], seconds: number): Promise<void> {
    await this.#load(loads);
    await sleep(seconds * 1000);
    await this.stop();
  }

  /** Measures from the middle of a load: neither its begin nor its end is counted. */
  async measure(loads: readonly Load[], seconds: number): Promise<Sample> {
    await this.#load(loads);
    await this.#flows(loads);
    const sample = await this.window(seconds);
    await this.stop();
    return sample;
  }

  /** Measures whatever is going on. */
  async window(seconds: number, options: { ignoreBegun?: boolean } = {}): Promise<Sample> {
    await Promise.all([
      this.#server?.ask('begin'),
      ...this.#responders.map((child) => child.ask('begin', options)),
      ...this.#requesters.map((child) => child.ask('begin', options)),
    ]);
    await sleep(seconds * 1000);
    const [server, responders, requesters] = await Promise.all([
      this.#server?.ask('end'),
      Promise.all(this.#responders.map((child) => child.ask('end'))),
      Promise.all(this.#requesters.map((child) => child.ask('end'))),
    ]);
    return { requesters, responders, server };
  }

  /** Resolves when all open calls have settled. */
  async stop(): Promise<void> {
    await Promise.all(this.#requesters.map((child) => child.ask('stop')));
  }

  async close(): Promise<void> {
    await Promise.all(this.#requesters.map((child) => child.close()));
    await Promise.all(this.#responders.map((child) => child.close()));
    await this.#server?.close();
  }

  /** Resolves when every caller has been answered some times. */
  async #flows(loads: readonly Load[]): Promise<void> {
    const callers = loads.reduce(
      (sum, load) => sum + (load.kind === 'closed' ? load.callers : 0),
      0,
    );
    const patienceMs = performance.now() + LONGEST_SETTLE_MS;
    for (;;) {
      await sleep(SETTLE_MS);
      const settled = await Promise.all(this.#requesters.map((child) => child.ask('settled')));
      const flows = Math.min(...settled) >= ROUNDS * callers;
      if (flows || performance.now() > patienceMs) return;
    }
  }

  async #load(loads: readonly Load[]): Promise<void> {
    await Promise.all(this.#requesters.map((child) => child.ask('load', loads)));
  }
}

function children<TCommands extends RequesterCommands | ResponderCommands>(
  role: string,
  count: number,
): readonly Child<TCommands>[] {
  return Array.from({ length: count }, () => new Child<TCommands>(role));
}

import { setTimeout as pause } from 'node:timers/promises';
import { safe, type ClientOf } from '@replyq/contract';
import type { CallOptions } from '@replyq/requester';
import type { jobs } from './contract.ts';
import type { Ledger } from './ledger.ts';
import { LONG_TIMEOUT_MS, PACKED_TIMEOUT_MS } from './settings.ts';

export interface WorkloadOptions {
  readonly client: ClientOf<typeof jobs, CallOptions>;
  readonly ledger: Ledger;
  readonly random: () => number;
  /** Begins ids and nonces: the process's own. */
  readonly name: string;
  readonly slowWork: boolean;
}

interface Operation {
  readonly procedure: 'look' | 'change';
  readonly keyed: boolean;
  readonly input: { readonly nonce: string; readonly workMs: number; readonly filler: string };
}

interface Asking {
  readonly timeoutMs: number;
  readonly impatient?: boolean;
  readonly probe?: boolean;
}

const MOST_PER_BURST = 8;
/** Beyond, callers wait: a machine that is too busy for the load must not make all of it late. */
const MOST_OPEN = 60;
const BURST_PAUSE_MS = 400;
/** Longer than the visibility timeout. */
const SLOW_SHARE = 0.03;
const SLOW_MS = [3000, 5000] as const;
/** Of keyed calls, those that give up while the handler runs and are made again. */
const IMPATIENT_SHARE = 0.2;
const MOST_ATTEMPTS = 5;

/** Steady calls of all kinds. What was asked and what came of it is told to the ledger, before and after. */
export class Workload {
  readonly #options: WorkloadOptions;
  readonly #open = new Set<Promise<void>>();
  #resting = false;
  #lastId = 0;

  constructor(options: WorkloadOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { random } = this.#options;
    while (!this.#resting) {
      const burst = 1 + Math.floor(random() * MOST_PER_BURST);
      for (let n = 0; n < burst && this.#open.size < MOST_OPEN; n += 1) {
        this.#start(this.#operate());
      }
      await pause(random() * BURST_PAUSE_MS);
    }
  }

  /** Begins no new operations. */
  stop(): void {
    this.#resting = true;
  }

  /** Resolves when all calls have settled. */
  async rest(): Promise<void> {
    this.stop();
    while (this.#open.size > 0) await Promise.all(this.#open);
  }

  /** Calls of each kind that must succeed. */
  async probe(calls: number): Promise<void> {
    const asking = { timeoutMs: PACKED_TIMEOUT_MS, probe: true };
    const all = Array.from({ length: calls }, () => this.#ask(this.#operation(0), asking));
    await Promise.all(all);
  }

  #start(operated: Promise<void>): void {
    this.#open.add(operated);
    void operated.finally(() => this.#open.delete(operated));
  }

  #operation(workMs: number): Operation {
    const { name, random } = this.#options;
    const kind = random();
    const nonce = `${name}~${(this.#lastId += 1)}`;
    const filler = 'x'.repeat(Math.floor(random() * 1500));
    const procedure = kind < 0.5 ? 'look' : 'change';
    return { procedure, keyed: kind > 0.75, input: { nonce, workMs, filler } };
  }

  async #operate(): Promise<void> {
    const { random, slowWork } = this.#options;
    const slow = slowWork && random() < SLOW_SHARE;
    const [from, to] = slow ? SLOW_MS : [0, 50];
    const operation = this.#operation(Math.round(from + random() * (to - from)));
    const packed = !slow && random() < 0.5;
    const asking = { timeoutMs: packed ? PACKED_TIMEOUT_MS : LONG_TIMEOUT_MS };
    if (!operation.keyed) return void (await this.#ask(operation, asking));
    if (random() < IMPATIENT_SHARE) {
      const timeoutMs = 20 + Math.round(random() * 200);
      await this.#ask(operation, { timeoutMs, impatient: true });
    }
    // The same key as a new call, until it is known what became of it.
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
      if (!(await this.#ask(operation, asking)) || this.#resting) return;
    }
  }

  /** True: nobody knows whether it ran. */
  async #ask({ input, keyed, procedure }: Operation, asking: Asking): Promise<boolean> {
    const { client, ledger, name } = this.#options;
    const { impatient = false, probe = false, timeoutMs } = asking;
    const id = `${name}#${(this.#lastId += 1)}`;
    const { nonce } = input;
    ledger.tell({ event: 'call', id, nonce, procedure, timeoutMs, keyed, impatient, probe });
    const key = keyed ? { idempotencyKey: nonce } : {};
    const { data, error } = await safe(client[procedure](input, { timeoutMs, ...key }));
    if (error !== null) {
      const { code, maybeExecuted, origin } = error;
      const kind = origin === 'remote' ? `remote ${code}` : code;
      ledger.tell({ event: 'settled', id, kind, maybeExecuted });
      return maybeExecuted && code !== 'CLOSED';
    }
    const right = data.nonce === nonce && data.fillerLength === input.filler.length;
    const wrong = right ? {} : { wrong: JSON.stringify(data) };
    ledger.tell({ event: 'settled', id, kind: 'OK', maybeExecuted: true, ...wrong });
    return false;
  }
}

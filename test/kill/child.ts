import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sharedNowMs } from '../../bench/shared-clock.ts';
import type { Notice, Order } from './settings.ts';

/** What a process is: a name, and the program that is one. */
export interface Role {
  readonly role: string;
  readonly program: URL;
}

/** How a process ended. */
export type Ending =
  | { readonly kind: 'killed' }
  /** Told to close, it ended by itself. */
  | { readonly kind: 'closed'; readonly toldMs: number; readonly endedMs: number }
  | { readonly kind: 'failed'; readonly reason: string };

/** Handlers get 25 s to drain, and a service that does not answer 15 s more. */
const CLOSE_WITHIN_MS = 45_000;

/** All that run, so that none outlives an interrupted run. */
const running = new Set<ChildProcess>();

/** One life of a process under test. */
export class Child {
  readonly name: string;
  readonly role: string;
  readonly ended: Promise<Ending>;
  readonly #process: ChildProcess;
  readonly #notices = new Set<Notice>();
  readonly #told = new EventTarget();
  #fate: 'live' | 'killed' | 'closing' | 'overdue' = 'live';
  #stopped = false;
  #toldMs = 0;

  /** `settings` are the program's one argument, in JSON. */
  constructor({ program, role }: Role, settings: { readonly name: string }) {
    this.role = role;
    this.name = settings.name;
    this.#process = fork(fileURLToPath(program), [JSON.stringify(settings)], {
      execArgv: [],
      // Standard output is for the result.
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    running.add(this.#process);
    this.#process.on('message', (notice: Notice) => {
      this.#notices.add(notice);
      this.#told.dispatchEvent(new Event('notice'));
    });
    this.ended = this.#end();
  }

  /** Ready, and neither stopped nor on its way out. */
  get isAtWork(): boolean {
    return this.#fate === 'live' && !this.#stopped && this.#notices.has('ready');
  }

  hasSaid(notice: Notice): boolean {
    return this.#notices.has(notice);
  }

  /** Resolves when it has said so, or has ended. */
  async heard(notice: Notice): Promise<boolean> {
    let over = false;
    void this.ended.then(() => {
      over = true;
      this.#told.dispatchEvent(new Event('notice'));
    });
    while (!this.#notices.has(notice)) {
      if (over) return false;
      await once(this.#told, 'notice');
    }
    return true;
  }

  order(order: Order): void {
    if (this.#process.connected) this.#process.send(order);
  }

  kill(): void {
    this.#fate = 'killed';
    this.#process.kill('SIGKILL');
  }

  stop(): void {
    this.#stopped = true;
    this.#process.kill('SIGSTOP');
  }

  goOn(): void {
    this.#stopped = false;
    this.#process.kill('SIGCONT');
  }

  /** Tells it to close. One that does not end is killed, which is a failure. */
  async close(): Promise<Ending> {
    this.#fate = 'closing';
    this.#toldMs = sharedNowMs();
    this.#process.kill('SIGTERM');
    const kill = setTimeout(() => {
      this.#fate = 'overdue';
      this.#process.kill('SIGKILL');
    }, CLOSE_WITHIN_MS);
    const ending = await this.ended;
    clearTimeout(kill);
    return ending;
  }

  async #end(): Promise<Ending> {
    const [code, signal] = (await once(this.#process, 'exit')) as [number | null, string | null];
    running.delete(this.#process);
    if (this.#fate === 'killed') return { kind: 'killed' };
    if (this.#fate === 'closing' && code === 0) {
      return { kind: 'closed', toldMs: this.#toldMs, endedMs: sharedNowMs() };
    }
    const after = this.#fate === 'overdue' ? `${CLOSE_WITHIN_MS} ms after SIGTERM` : '';
    return { kind: 'failed', reason: `ended with ${String(code ?? signal)} ${after}`.trim() };
  }
}

export function runningCount(): number {
  return running.size;
}

export async function killAll(): Promise<void> {
  const exits = [...running].map((process) => {
    const exit = once(process, 'exit');
    process.kill('SIGKILL');
    return exit;
  });
  await Promise.all(exits);
}

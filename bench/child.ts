import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer, Commands, Question } from './commands.ts';

/** From being asked to close to being killed. */
const CLOSE_MS = 15_000;

/** All that run, so that none outlives an interrupted bench. */
const running = new Set<Child<Commands>>();

/** A process of the bench that does what it is asked over IPC. */
export class Child<TCommands extends Commands> {
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;

  /** `role` is a file of `roles/`. */
  constructor(role: string, execArgv: readonly string[] = []) {
    this.#name = role;
    const file = fileURLToPath(new URL(`roles/${role}.ts`, import.meta.url));
    this.#process = fork(file, {
      execArgv: [...process.execArgv, ...execArgv],
      // Standard output is for the results.
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    this.#process.on('message', (answer: Answer) => this.#settle(answer));
    this.#process.once('exit', (code, signal) => {
      running.delete(this);
      const error = new Error(`The ${role} has ended with ${String(code ?? signal)}.`);
      for (const { reject } of this.#waiting.values()) reject(error);
    });
    running.add(this);
  }

  /** Rejects with what the command threw there, or when the process ends. */
  async ask<TName extends string & keyof TCommands>(
    command: TName,
    ...args: Parameters<TCommands[TName]>
  ): Promise<Awaited<ReturnType<TCommands[TName]>>> {
    if (!this.#process.connected) throw new Error(`The ${this.#name} has ended.`);
    const id = (this.#lastId += 1);
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    this.#process.send({ id, command, args } satisfies Question);
    return (await waiting.promise) as Awaited<ReturnType<TCommands[TName]>>;
  }

  /** Lets it clean up, and kills it if it does not end. Idempotent. */
  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    const kill = setTimeout(() => this.#process.kill('SIGKILL'), CLOSE_MS);
    if (this.#process.connected) {
      this.#process.send({ id: 0, command: 'close', args: [] } satisfies Question, () => undefined);
    }
    await exited;
    clearTimeout(kill);
  }

  #settle({ id, value, error }: Answer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(new Error(`${this.#name}: ${error}`));
  }
}

/** Requesters and responders before the server, which was started first. */
export async function closeChildren(): Promise<void> {
  const [server, ...others] = running;
  await Promise.all(others.map((child) => child.close()));
  await server?.close();
}

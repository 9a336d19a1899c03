import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { STOP, type FromWorker } from './starter.ts';
import { settingsAsEnvironment, type WorkerSettings } from './worker-settings.ts';

const FILE = fileURLToPath(new URL('../worker.ts', import.meta.url));
/** From being asked to stop to being killed. */
const STOP_MS = 5000;

/** A worker in a process of its own. */
export class WorkerProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  /** Why it ended: its exit code or the signal that killed it. */
  readonly ended: Promise<number | string>;
  /** Resolves when it receives tasks; rejects when it ends before that. */
  readonly listening: Promise<void>;

  constructor(settings: WorkerSettings, onMessage: (message: FromWorker) => void) {
    this.name = settings.name;
    this.#child = spawn(process.execPath, [...process.execArgv, FILE], {
      env: { ...process.env, ...settingsAsEnvironment(settings) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', onMessage);
    this.ended = new Promise((resolve) => {
      // The channel may have something to say after the exit; its end is the end of all.
      const disconnected = once(this.#child, 'disconnect');
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('exit', (code, signal) => {
        void disconnected.then(() => resolve(code ?? signal ?? 'unknown'));
      });
    });
    const listens = new Promise<void>((resolve) => {
      this.#child.on('message', ({ kind }: FromWorker) => {
        if (kind === 'listening') resolve();
      });
    });
    this.listening = Promise.race([listens, this.endsEarly()]);
    this.listening.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Rejects when the process ends, for whoever counts on it. */
  async endsEarly(): Promise<never> {
    throw new Error(`The worker "${this.name}" ended with ${await this.ended}.`);
  }

  /** Asks it to stop, and does not wait for ever. Resolves as {@link ended}. */
  async stop(): Promise<number | string> {
    // A worker that has just ended wants to hear nothing.
    if (this.#child.connected) this.#child.send(STOP, () => undefined);
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    const end = await this.ended;
    clearTimeout(kill);
    return end;
  }

  /** Whether the operating system still knows the process. */
  isRunning(): boolean {
    if (this.pid === undefined) return false;
    try {
      return process.kill(this.pid, 0);
    } catch {
      return false;
    }
  }
}

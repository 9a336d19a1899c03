import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FromPart, ToPart } from './starter.ts';

/** From being asked to stop to being killed. */
const STOP_MS = 5000;

type FromPartOf<TKind extends FromPart['kind']> = Extract<FromPart, { readonly kind: TKind }>;

/** The responder or the requester, in a process of its own. */
export class Part {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #messages = new EventEmitter();
  /** Why it ended: its exit code or the signal that killed it. */
  readonly ended: Promise<number | string>;

  constructor(name: 'responder' | 'requester', namespace: string) {
    this.name = name;
    const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
    this.#child = spawn(process.execPath, [...process.execArgv, file], {
      env: { ...process.env, REPLYQ_NAMESPACE: namespace },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (message: FromPart) => this.#messages.emit(message.kind, message));
    this.ended = new Promise((resolve) => {
      // The channel may have something to say after the exit; its end is the end of all.
      const disconnected = once(this.#child, 'disconnect');
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('exit', (code, signal) => {
        void disconnected.then(() => resolve(code ?? signal ?? 'unknown'));
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  on<TKind extends FromPart['kind']>(
    kind: TKind,
    listener: (message: FromPartOf<TKind>) => void,
  ): void {
    this.#messages.on(kind, (message) => listener(message as FromPartOf<TKind>));
  }

  /** The next message of this kind. Rejects when the process ends without it, or `signal` aborts. */
  async next<TKind extends FromPart['kind']>(
    kind: TKind,
    signal: AbortSignal,
  ): Promise<FromPartOf<TKind>> {
    const [message] = await Promise.race([
      once(this.#messages, kind, { signal }),
      this.endsEarly(),
    ]);
    return message as FromPartOf<TKind>;
  }

  /** Rejects when the process ends, for whoever counts on it. */
  async endsEarly(): Promise<never> {
    throw new Error(`The ${this.name} ended with ${await this.ended}.`);
  }

  tell(message: ToPart): void {
    // A part that has just ended wants to hear nothing.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** Asks it to stop, and does not wait for ever. Resolves as {@link ended}. */
  async stop(): Promise<number | string> {
    this.tell({ kind: 'stop' });
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

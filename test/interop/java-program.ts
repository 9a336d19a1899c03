import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ClassPath } from './build.ts';
import { kill, spawnChild } from './children.ts';
import { within } from './until.ts';

export type JavaProgramName = 'Server' | 'Requester' | 'Responder' | 'VirtualQueues';

/** What a program has told: `event`, and more. */
export interface Line {
  readonly event: string;
  readonly [more: string]: unknown;
}

/** An order that came to nothing: the exceptions as Java tells them, outermost first. */
export class JavaFailure extends Error {}

export interface Launch {
  readonly java: string;
  readonly classPath: ClassPath;
}

/** A JVM takes its time on a loaded machine. */
const START_WITHIN_MS = 60_000;
/** Above all that a program waits for by itself. */
const ANSWER_WITHIN_MS = 60_000;
const JVM_OPTIONS = [
  // Short lives: what starts sooner goes before what runs faster.
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Xshare:auto',
  '-Xmx256m',
  // Warnings of the JVM, too: standard output is for events.
  '-XX:+DisplayVMOutputToStderr',
];
/** Of what a program says on standard error, for when it fails. */
const KEPT_CHARS = 6000;

/** One process of the Java side: orders and events as JSON lines. */
export class JavaProgram {
  readonly name: JavaProgramName;
  readonly #child: ChildProcess;
  readonly #unheard: Line[] = [];
  readonly #listeners = new Set<() => void>();
  #lastId = 0;
  #stderr = '';
  #ended: string | undefined;

  private constructor(name: JavaProgramName, child: ChildProcess) {
    this.name = name;
    this.#child = child;
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + String(chunk)).slice(-KEPT_CHARS);
    });
    // Whoever writes to it learns of its end by waiting in vain.
    child.stdin?.on('error', () => undefined);
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const told = readLine(line);
        if (told !== undefined) this.#unheard.push(told);
        this.#tell();
      });
    }
    child.once('error', (error) => this.#end(error.message));
    child.once('close', (code, signal) => this.#end(String(code ?? signal)));
  }

  static async start(
    { classPath, java }: Launch,
    name: JavaProgramName,
    settings: object,
  ): Promise<{ readonly program: JavaProgram; readonly ready: Line }> {
    const args = [...JVM_OPTIONS, '-cp', classPath, `replyq.interop.${name}`];
    const child = spawnChild(java, [...args, JSON.stringify(settings)], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const program = new JavaProgram(name, child);
    const ready = await program.heard('ready', () => true, START_WITHIN_MS);
    return { program, ready };
  }

  /** What it has said on standard error, at most the end of it. */
  get stderr(): string {
    return this.#stderr;
  }

  /** The first event of this name, told already or not, that nobody has heard and that fits. */
  heard(
    event: string,
    fits: (line: Line) => boolean = () => true,
    withinMs = ANSWER_WITHIN_MS,
  ): Promise<Line> {
    return within(`"${event}" from Java's ${this.name}`, this.#next(event, fits), withinMs);
  }

  /** All events of this name that were told and not heard yet. */
  unheard(event: string): readonly Line[] {
    return this.#unheard.filter((line) => line.event === event);
  }

  tell(order: object): void {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  /** Resolves with what is told as done. Rejects with a {@link JavaFailure}. */
  async ask(order: object): Promise<Line> {
    const id = (this.#lastId += 1);
    this.tell({ ...order, id });
    const isMine = (line: Line): boolean => line['id'] === id;
    const done = this.heard('done', isMine);
    const failed = this.heard('failed', isMine);
    // One of the two never comes.
    done.catch(() => undefined);
    failed.catch(() => undefined);
    const line = await Promise.race([done, failed]);
    if (line.event === 'failed') throw new JavaFailure(String(line['error']));
    return line;
  }

  /** SIGKILL: as a machine that is gone. */
  kill(): Promise<void> {
    return kill(this.#child);
  }

  #next(event: string, fits: (line: Line) => boolean): Promise<Line> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const at = this.#unheard.findIndex((line) => line.event === event && fits(line));
        const [line] = at === -1 ? [] : this.#unheard.splice(at, 1);
        if (line === undefined && this.#ended === undefined) return;
        this.#listeners.delete(look);
        if (line !== undefined) resolve(line);
        else reject(new Error(`Java's ${this.name} ended with ${this.#ended}.\n${this.#stderr}`));
      };
      this.#listeners.add(look);
      look();
    });
  }

  #end(how: string): void {
    this.#ended ??= how;
    this.#tell();
  }

  #tell(): void {
    for (const look of this.#listeners) look();
  }
}

/** Undefined: not one of ours, or the first part of one, since the program was killed. */
function readLine(line: string): Line | undefined {
  try {
    return JSON.parse(line) as Line;
  } catch {
    return undefined;
  }
}

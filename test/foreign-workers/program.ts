import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('programs', import.meta.url));
/** Where `sendmail` is one that puts mails into a folder. */
const SENDMAIL = fileURLToPath(new URL('bin', import.meta.url));

export type ProgramFile = 'worker.py' | 'worker.sh' | 'produce.py' | 'produce.sh';

export interface Program extends AsyncDisposable {
  /** What it has said so far, a line each. */
  readonly lines: readonly string[];
  /** Resolves with its exit code; null: by a signal. */
  readonly ended: Promise<number | null>;
  /** To the program alone. */
  stop(): void;
}

/** Starts a program of the page in a process group of its own, which is killed in the end. */
export function startProgram(
  file: ProgramFile,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Program {
  const interpreter = file.endsWith('.py') ? 'python3' : 'bash';
  const child = spawn(interpreter, [join(FOLDER, file), ...args], {
    env: { ...clean(process.env), ...env, PATH: `${SENDMAIL}:${process.env['PATH']}` },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const lines: string[] = [];
  const reading = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const told = once(reading, 'close');
  const ended = once(child, 'exit').then(([code]: unknown[]) => code as number | null);
  return {
    lines,
    ended: Promise.all([ended, told]).then(([code]) => code),
    stop: () => void child.kill('SIGTERM'),
    [Symbol.asyncDispose]: async () => {
      killGroup(child);
      await ended;
    },
  };
}

/** What a user of the machine has set for AWS is not for the local server. */
function clean(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('AWS_')));
}

/** The shell's `aws` goes with it. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone.
  }
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../bench/options.ts';
import { progress } from '../../bench/progress.ts';
import { killAll } from './child.ts';

export interface ProgramParts<TOptions extends ProgramOptions, TVerdict extends ProgramVerdict> {
  /** Begins the name of the directory. */
  readonly prefix: string;
  readonly help: string;
  readonly parseOptions: (args: readonly string[]) => TOptions | 'help';
  readonly run: (
    options: TOptions,
    directory: string,
    say: (text: string) => void,
  ) => Promise<TVerdict>;
  /** What stands before the verdict in JSON. */
  readonly describe: (options: TOptions) => object;
  readonly format: (verdict: TVerdict, options: TOptions) => string;
}

export interface ProgramOptions {
  readonly json: boolean;
}

export interface ProgramVerdict {
  readonly violations: readonly unknown[];
}

const INTERRUPTED = 130;

/** Owns the directory, the output and the exit code. What was violated keeps the directory, and exits with 1. */
export async function runProgram<TOptions extends ProgramOptions, TVerdict extends ProgramVerdict>(
  parts: ProgramParts<TOptions, TVerdict>,
): Promise<void> {
  try {
    const options = parts.parseOptions(process.argv.slice(2));
    if (options === 'help') console.log(parts.help);
    else await runInDirectory(parts, options);
  } catch (error) {
    // Whoever interrupts knows why nothing came of it.
    if (process.exitCode !== INTERRUPTED)
      console.error(error instanceof UsageError ? `${error.message} (--help says more.)` : error);
    process.exitCode ??= 1;
  }
}

async function runInDirectory<TOptions extends ProgramOptions, TVerdict extends ProgramVerdict>(
  parts: ProgramParts<TOptions, TVerdict>,
  options: TOptions,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), parts.prefix));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      process.exitCode = INTERRUPTED;
      void killAll()
        .then(remove)
        .finally(() => process.exit(INTERRUPTED));
    });
  }
  let good = false;
  try {
    const verdict = await parts.run(options, directory, sayer());
    const document = { ...parts.describe(options), ...verdict };
    console.log(options.json ? JSON.stringify(document, null, 2) : parts.format(verdict, options));
    good = verdict.violations.length === 0;
  } finally {
    if (good) await remove();
    else if (process.exitCode !== INTERRUPTED) {
      progress(`What each process has told is kept in ${directory}.`);
      process.exitCode = 1;
    }
  }
}

/** Tells how long it has been. */
function sayer(): (text: string) => void {
  const beganMs = performance.now();
  return (text) => {
    progress(`${((performance.now() - beganMs) / 1000).toFixed(1).padStart(7)} s  ${text}`);
  };
}

import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { ROOT } from './root.mjs';

const BIN = join(ROOT, 'node_modules', '.bin');

/**
 * Runs a command with the repo's own tools first on the path. Resolves with `ok`, the exit code and, when
 * `quiet`, what it printed (otherwise it prints as it goes). Never rejects. `timeoutMs` kills it.
 */
export function run(command, args, { cwd = ROOT, quiet = false, env = {}, timeoutMs } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...cleanEnvironment(), ...env },
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
      ...(timeoutMs !== undefined && { timeout: timeoutMs, killSignal: 'SIGKILL' }),
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ ok: false, code: 1, output: `${output}${error}\n` }));
    child.on('close', (code, signal) => {
      if (signal !== null) output += `killed by ${signal}\n`;
      resolve({ ok: code === 0, code: code ?? 1, output });
    });
  });
}

/** Without what `npm run` says of this repository: an npm that runs elsewhere would believe it. */
function cleanEnvironment() {
  const entries = Object.entries(process.env).filter(
    ([name]) => !/^npm_(package|lifecycle|config_local_prefix|config_prefix)/i.test(name),
  );
  const env = Object.fromEntries(entries);
  return { ...env, PATH: `${BIN}${delimiter}${env.PATH ?? ''}` };
}

// What an npm script does once the tools are there. Runs on the repo's own Node.
import { spawn } from 'node:child_process';
import { build } from './build.mjs';
import { runChecks } from './checks.mjs';
import { run } from './command.mjs';
import { ROOT } from './root.mjs';

/** Programs that keep the terminal and take the arguments. */
const PROGRAMS = {
  start: 'examples/login/start.ts',
  'example:trpc-router': 'examples/trpc-router/start.ts',
  'example:sdk-virtual-queues': 'examples/sdk-virtual-queues/start.ts',
  'example:tasks': 'examples/tasks/start.ts',
  bench: 'bench/main.ts',
  sim: 'test/sim/main.ts',
  kill: 'test/kill/main.ts',
  soak: 'test/soak/main.ts',
  'redrive-kill': 'test/redrive-kill/main.ts',
  'task-kill': 'test/task-kill/main.ts',
  'test:interop': 'test/interop/main.ts',
};

const TASKS = {
  ...Object.fromEntries(
    Object.entries(PROGRAMS).map(([name, file]) => [name, (args) => runProgram(file, args)]),
  ),
  test: runChecks,
  check: runChecks,
  build: async () => (await build()).code,
  fix: async () => {
    const formatted = await run('oxfmt', ['.']);
    const linted = await run('oxlint', ['--fix']);
    return formatted.code || linted.code;
  },
};

const [name = '', ...args] = process.argv.slice(2);
const task = Object.hasOwn(TASKS, name) ? TASKS[name] : undefined;
if (task === undefined) {
  console.error(`No task "${name}": it is one of ${Object.keys(TASKS).join(', ')}.`);
  process.exitCode = 1;
} else {
  process.exitCode = await task(args);
}

/** The program keeps the terminal: it may ask, and Ctrl-C is its own. */
function runProgram(file, programArgs) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [file, ...programArgs], {
      cwd: ROOT,
      stdio: 'inherit',
    });
    process.on('SIGINT', () => {});
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

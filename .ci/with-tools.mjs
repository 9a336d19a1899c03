// The door of every npm script: `node .ci/with-tools.mjs <task> [arguments]`.
// Runs on whatever Node the machine has (20 or newer): installs what the lock file names, then hands
// over to tasks.mjs on the repo's own Node.
import { spawn } from 'node:child_process';
import { ensureInstalled, REPO_NODE } from './install.mjs';
import { ROOT } from './root.mjs';

const OLDEST_NODE = 20;

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  console.error(
    `Node ${process.versions.node} is too old to set replyq up: it takes ${OLDEST_NODE} or newer.\n` +
      'Get one from https://nodejs.org/ and try again.',
  );
  process.exit(1);
}

if (!(await ensureInstalled())) process.exit(1);

const child = spawn(REPO_NODE, ['.ci/tasks.mjs', ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: 'inherit',
});
// Ctrl-C reaches the child from the terminal; it decides how to end, and this process ends with it.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('error', (error) => {
  console.error(`Cannot start ${REPO_NODE}: ${error.message}`);
  process.exitCode = 1;
});
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});

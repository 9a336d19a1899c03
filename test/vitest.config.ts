import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const unit = 'packages/*/src/**/*.test.ts';
/** Unit tests with sockets, which look at what else the process has open. */
const sockets = ['packages/sqs/src/**/*.test.ts', 'packages/testing/src/local-sqs*.test.ts'];

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    // Two cores, and one more worker for the suites that wait for real processes and sockets.
    maxWorkers: 3,
    testTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [unit],
          exclude: sockets,
          // A worker loads our modules once, not once for each file: that was most of what they took.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'sockets', include: sockets } },
      { extends: true, test: { name: 'suites', include: ['test/**/*.test.ts'] } },
      { extends: true, test: { name: 'bench', include: ['bench/**/*.test.ts'] } },
    ],
  },
});

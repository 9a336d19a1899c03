import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const unit = 'packages/*/src/**/*.test.ts';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    // Two cores, and one more worker for the suites that wait for real processes and sockets.
    maxWorkers: 3,
    testTimeout: 30_000,
    projects: [
      { extends: true, test: { name: 'unit', include: [unit] } },
      { extends: true, test: { name: 'suites', include: ['test/**/*.test.ts'] } },
      { extends: true, test: { name: 'bench', include: ['bench/**/*.test.ts'] } },
    ],
  },
});

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// `npm run record` runs the workflows along every path, and records the histories for the replay test.
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../../..', import.meta.url)),
    include: ['test/workflows/recording/*.record.ts'],
    globalSetup: ['testing/servers/global-setup.ts', 'test/workflows/recording/new-folder.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 60_000,
  },
});

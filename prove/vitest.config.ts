import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['prove/**/*.prove.ts'],
    globalSetup: 'test/support/global-setup.ts',
    pool: 'forks',
    // One after another: a proof kills and times things.
    maxWorkers: 1,
    testTimeout: 3_600_000,
    hookTimeout: 120_000,
    teardownTimeout: 60_000,
  },
});

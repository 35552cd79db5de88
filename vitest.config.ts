import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts', 'test/support/chromium.ts'],
    pool: 'forks',
    isolate: true,
    maxWorkers: 2,
    // Real servers, on machines that have other things to do.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    teardownTimeout: 60_000,
    // On a busy machine of many a wait can be cut short; what is really broken fails twice.
    retry: process.env.CI ? 1 : 0,
  },
});

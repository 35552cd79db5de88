import { globSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const all = globSync('test/**/*.test.ts');
/** What replaces timers, modules or variables of its own process gets a process of its own. */
const isolated = all.filter((file) => /\bvi\./.test(readFileSync(file, 'utf8')));
const shared = all.filter((file) => !isolated.includes(file));

const common = {
  pool: 'forks',
  // Real servers, on machines that have other things to do.
  testTimeout: 120_000,
  hookTimeout: 120_000,
  provide: { long: false },
} as const;

export default defineConfig({
  test: {
    globalSetup: ['testing/servers/global-setup.ts', 'testing/servers/chromium.ts'],
    // One more than the cores of a small machine, because a test often waits for a server or a process.
    maxWorkers: 3,
    teardownTimeout: 60_000,
    projects: [
      // Files share a process, because most of a file's start is loading the same modules.
      { test: { ...common, name: 'shared', isolate: false, include: shared } },
      { test: { ...common, name: 'isolated', include: isolated } },
    ],
  },
});

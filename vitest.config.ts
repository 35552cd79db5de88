import { globSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** Test files that start processes. Each is isolated, because it may change its own process; most of its time it waits. */
const startsProcesses =
  /startWebProcess|startWorkerProcess|startBrowser|startPostgres|startTemporal|node:child_process/;
const processes = [
  ...globSync('test/{bench,end-to-end,scripts}/**/*.test.ts'),
  ...globSync('test/**/*.test.ts').filter((file) => startsProcesses.test(readFileSync(file, 'utf8'))),
];
const engine = ['test/{regressions,worker,workflows}/**/*.test.ts'];

const common = {
  pool: 'forks',
  // Tests use real servers, and the machine may be busy with other work.
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
      { test: { ...common, name: 'engine', isolate: false, include: engine, exclude: processes } },
      { test: { ...common, name: 'processes', include: processes } },
      {
        test: {
          ...common,
          name: 'unit',
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: [...engine, ...processes],
        },
      },
    ],
  },
});

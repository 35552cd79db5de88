import { defineConfig } from 'vitest/config';
import { minutes } from './time-limit.ts';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: [
      '{prove,test}/**/*.prove.ts',
      // The controls show that the proofs find errors; a replay needs no longer form.
      'test/proof/controls.test.ts',
      'test/proof/counters.test.ts',
      'test/workflows/replay.test.ts',
      'test/end-to-end/upgrade.test.ts',
      // These run longer than in `npm test`.
      'test/database/offboarding/completion-races.test.ts',
      'test/regressions/claims.test.ts',
      'test/web/api/properties.test.ts',
      'test/web/api/valid-bodies.test.ts',
    ],
    globalSetup: 'testing/servers/global-setup.ts',
    provide: { long: true },
    pool: 'forks',
    // One file at a time, because a proof kills processes and measures times.
    maxWorkers: 1,
    testTimeout: (minutes + 30) * 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 60_000,
  },
});

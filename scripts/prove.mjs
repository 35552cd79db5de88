import { parseArgs } from 'node:util';
import { installPackages } from './local/install.mjs';
import { runVitest } from './local/vitest.mjs';

// `npm run prove -- --seed 7 --minutes 3 races`: runs all proofs or those of the named files, each for these minutes.

const { values, positionals } = parseArgs({
  options: {
    seed: { type: 'string', default: '20261124' },
    minutes: { type: 'string', default: '8' },
  },
  allowPositionals: true,
});
for (const [name, value] of Object.entries(values)) {
  if (!Number.isFinite(Number(value)) || Number(value) < 0) {
    console.error(`--${name} takes a number, not "${value}".`);
    process.exit(2);
  }
}

await installPackages({ development: true });
console.log(
  `Seed ${values.seed}. Proofs that run in rounds start no new round after ${values.minutes} minutes`,
);
const { passed, failed } = await runVitest(['--config', 'prove/vitest.config.ts', ...positionals], {
  PROVE_SEED: values.seed,
  PROVE_MINUTES: values.minutes,
});
console.log(`\n${passed} passed, ${failed} failed (seed ${values.seed})`);
process.exit(failed === 0 ? 0 : 1);

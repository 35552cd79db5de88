import { installPackages } from './local/install.mjs';
import { run } from './local/run-program.mjs';
import { runVitest } from './local/vitest.mjs';

// `npm test`: installs missing packages, then runs all checks and tests. Arguments after `--` go to vitest, except
// `--strict-times`, which fails the run if a file takes too long.

const strictSeconds = 20;
const slowestShown = 10;

const began = Date.now();
const args = process.argv.slice(2).filter((arg) => arg !== '--strict-times');
const isStrict = process.argv.includes('--strict-times');

await installPackages({ development: true });

const outcomes = [
  await check('Types', 'tsc', []),
  await check('Lint', 'biome', ['check', '--error-on-warnings', '.']),
  await check('Unused code', 'knip', ['--no-progress']),
  await check('Folder sizes', 'node', ['scripts/check-folders.mjs']),
  await tests(),
];
const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

async function check(title, program, args) {
  console.log(`\n${title}`);
  const ok = (await run(program, args)) === 0;
  console.log(ok ? `${title} passed` : `${title} failed`);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1 };
}

async function tests() {
  console.log('\nTests');
  const { passed, failed, files } = await runVitest(args);
  const tooSlow = showTimes(files);
  return { passed, failed: failed + (isStrict ? tooSlow.length : 0) };
}

/** Prints the slowest files and the total time. Returns the files that took too long. */
function showTimes(files) {
  const slowest = [...files].sort((a, b) => b.seconds - a.seconds);
  const tooSlow = slowest.filter(({ seconds }) => seconds > strictSeconds);
  console.log(`The slowest files, in seconds (at most ${strictSeconds} each):`);
  for (const { name, seconds } of slowest.slice(0, slowestShown))
    console.log(`${seconds.toFixed(1).padStart(6)} ${name}`);
  if (isStrict) for (const { name } of tooSlow) console.log(`Too slow: ${name}`);
  const total = Math.round((Date.now() - began) / 1000);
  console.log(`Took ${Math.floor(total / 60)} min ${total % 60} s`);
  return tooSlow;
}

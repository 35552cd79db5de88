import { installPackages } from './local/install.mjs';
import { run } from './local/programs.mjs';
import { runVitest } from './local/vitest.mjs';

// `npm test`: installs what is missing, then runs all there is. What follows `--` goes to vitest.

await installPackages({ development: true });

const outcomes = [
  await check('Types', 'tsc', []),
  await check('Lint', 'biome', ['check', '--error-on-warnings', '.']),
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

function tests() {
  console.log('\nTests');
  return runVitest(process.argv.slice(2));
}

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages } from './local/install.mjs';

// `npm test`: installs what is missing, then runs all there is. What follows `--` goes to vitest.

const checkout = fileURLToPath(new URL('..', import.meta.url));
const programs = join(checkout, 'node_modules', '.bin');

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

async function tests() {
  console.log('\nTests');
  const folder = mkdtempSync(join(tmpdir(), 'lastday-results-'));
  const results = join(folder, 'results.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
  const code = await run('vitest', ['run', ...reporters, ...process.argv.slice(2)]);
  const counts = count(results);
  rmSync(folder, { recursive: true });
  // It has died, or failed in what belongs to no test.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

function count(results) {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(results, 'utf8'));
    const brokenFiles = testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
    );
    return { passed: numPassedTests, failed: numFailedTests + brokenFiles.length };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

function run(program, args) {
  return new Promise((resolve) => {
    const child = spawn(join(programs, program), args, {
      cwd: checkout,
      env: { ...process.env, PATH: `${programs}${delimiter}${process.env.PATH}` },
      stdio: 'inherit',
    });
    const interrupt = (signal) => {
      child.once('close', () => process.exit(1));
      child.kill(signal);
    };
    process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
    child.once('error', (error) => {
      console.error(`${program} cannot be run: ${error.message}`);
      resolve(1);
    });
    child.once('close', (code) => {
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
      resolve(code ?? 1);
    });
  });
}

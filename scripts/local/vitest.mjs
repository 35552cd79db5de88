import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { checkout, run } from './run-program.mjs';

/** Runs vitest. Returns the number of passed and failed tests, and each file with its seconds. */
export async function runVitest(args, env) {
  const folder = mkdtempSync(join(tmpdir(), 'lastday-results-'));
  const results = join(folder, 'results.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
  // The tests start many processes, which then do not compile the same files again.
  const NODE_COMPILE_CACHE = join(checkout, 'node_modules', '.cache', 'node');
  const code = await run('vitest', ['run', ...reporters, ...args], { NODE_COMPILE_CACHE, ...env });
  const outcome = read(results);
  rmSync(folder, { recursive: true });
  // Vitest has crashed, or an error happened outside of all tests.
  if (code !== 0 && outcome.failed === 0) outcome.failed = 1;
  return outcome;
}

function read(results) {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(results, 'utf8'));
    const brokenFiles = testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
    );
    const files = testResults.map(({ name, startTime, endTime }) => ({
      name: relative(process.cwd(), name),
      seconds: (endTime - startTime) / 1000,
    }));
    return { passed: numPassedTests, failed: numFailedTests + brokenFiles.length, files };
  } catch {
    return { passed: 0, failed: 1, files: [] };
  }
}

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './programs.mjs';

/** Runs vitest with these arguments and returns how many tests passed and how many failed. */
export async function runVitest(args, env) {
  const folder = mkdtempSync(join(tmpdir(), 'lastday-results-'));
  const results = join(folder, 'results.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
  const code = await run('vitest', ['run', ...reporters, ...args], env);
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

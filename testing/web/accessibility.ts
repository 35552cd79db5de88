import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Result } from 'axe-core';
import type { Frame, Page } from 'playwright-core';

// The short form, because each page compiles it.
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The rules whose result depends on the color scheme. */
export const colorRules = ['color-contrast'];

/** Checks a page, or a frame, with axe: all rules, or only `rules`. Returns each violation with its first element. */
export async function accessibilityViolations(page: Page | Frame, rules?: string[]): Promise<string[]> {
  const options = {
    resultTypes: ['violations'],
    ...(rules && { runOnly: { type: 'rule', values: rules } }),
  };
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe);
  const run = `axe.run(${JSON.stringify(options)}).then(({ violations }) => violations)`;
  const violations = await page.evaluate<Result[]>(run);
  return violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`);
}

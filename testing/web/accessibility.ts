import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Result } from 'axe-core';
import type { Frame, Page } from 'playwright-core';

// The short form, because each page compiles it.
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The rules whose result depends on the color scheme. */
export const colorRules = ['color-contrast', 'link-in-text-block'];

/** The rules whose result depends on where things are, and on what is hidden, at a width. */
export const layoutRules = [
  ...colorRules,
  'aria-hidden-focus',
  'button-name',
  'empty-heading',
  'empty-table-header',
  'heading-order',
  'label',
  'label-content-name-mismatch',
  'link-name',
  'page-has-heading-one',
  'region',
  'scrollable-region-focusable',
  'select-name',
  'summary-name',
  'target-size',
  'th-has-data-cells',
];

/**
 * Checks a page, or a frame, with axe: all rules, or only `rules`, on all elements except those that the selectors of
 * `without` match. Returns each violation with its first element.
 */
export async function accessibilityViolations(
  page: Page | Frame,
  rules?: string[],
  without: string[] = [],
): Promise<string[]> {
  const options = {
    resultTypes: ['violations'],
    selectors: false,
    // Only rules about sound and video read files before they start, and the pages have neither.
    preload: false,
    ...(rules && { runOnly: { type: 'rule', values: rules } }),
  };
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe);
  const context = JSON.stringify({ exclude: without });
  const run = `axe.run(${context}, ${JSON.stringify(options)}).then(({ violations }) => violations)`;
  const violations = await page.evaluate<Result[]>(run);
  return violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`);
}

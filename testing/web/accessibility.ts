import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** The rules whose result depends on the color scheme. */
export const colorRules = ['color-contrast'];

/** Checks a page with axe: all rules, or only `rules`. Returns each violation with its first element. */
export async function accessibilityViolations(page: Page, rules?: string[]): Promise<string[]> {
  // The legacy mode differs only for frames of other origins, and our pages have no frames; it is three times as fast.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({
    resultTypes: ['violations'],
    ...(rules && { runOnly: { type: 'rule', values: rules } }),
  });
  const { violations } = await axe.analyze();
  const { pathname } = new URL(page.url());
  return violations.map(({ id, nodes }) => `${pathname}: ${id} ${nodes[0]?.html}`);
}

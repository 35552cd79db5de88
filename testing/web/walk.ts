import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { accessibilityViolations, colorRules } from './accessibility.ts';

const layoutFaults = readFileSync(new URL('./layout-faults.js', import.meta.url), 'utf8');

/** Phones, and windows from half a small screen to a wide one. */
const widths = [320, 360, ...Array.from({ length: 15 }, (_, index) => 840 + 40 * index)];

/** How many pages are open at the same time. */
const walkers = 3;

interface Walk {
  /** One line for each fault. */
  faults: string[];
  /** The addresses that answer with a part of a page, or with data. */
  noPages: string[];
}

/**
 * Looks at the pages of these addresses as the user who is signed in on `page`: their layout at every width, and axe in
 * both color schemes. `credentials` are those of `fetch`.
 */
export async function walk(
  page: Page,
  addresses: readonly string[],
  credentials = 'same-origin',
): Promise<Walk> {
  const outcome: Walk = { faults: [], noPages: [] };
  const next = addresses.values();
  const walkOn = async () => {
    const own = await page.context().newPage();
    // Colors that still change would be measured halfway.
    await own.emulateMedia({ reducedMotion: 'reduce' });
    await own.goto(page.url());
    await own.evaluate(layoutFaults);
    for (const address of next) {
      await own.emulateMedia({ colorScheme: 'light' });
      if (await own.evaluate(`showPage('${address}', '${credentials}')`))
        outcome.faults.push(...(await faultsOfShown(own)).map((fault) => `${address}: ${fault}`));
      else outcome.noPages.push(address);
    }
    await own.close();
  };
  await Promise.all(Array.from({ length: walkers }, walkOn));
  return outcome;
}

/** Axe looks at each page in both color schemes, and at the layout for phones. */
async function faultsOfShown(page: Page): Promise<string[]> {
  const faults = await page.evaluate<string[]>(`layoutFaults(${JSON.stringify(widths)})`);
  const frame = page.frame('shown')!;
  const look = async (width: number, colorScheme: 'light' | 'dark', rules?: string[]) => {
    await page.evaluate(`setWidth(${width})`);
    await page.emulateMedia({ colorScheme });
    const violations = await accessibilityViolations(frame, rules);
    faults.push(...violations.map((violation) => `${colorScheme}, at ${width} px: ${violation}`));
  };
  await look(1280, 'light');
  // Only the colors differ between the schemes.
  await look(1280, 'dark', colorRules);
  await look(360, 'dark');
  return faults;
}

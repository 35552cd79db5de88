import { readFileSync } from 'node:fs';
import type { Frame, Page } from 'playwright-core';
import { accessibilityViolations, colorRules, layoutRules } from './accessibility.ts';

const layoutFaults = readFileSync(new URL('./layout-faults.js', import.meta.url), 'utf8');

/** Phones, and windows from half a small screen to a wide one. */
const widths = [320, 360, ...Array.from({ length: 15 }, (_, index) => 840 + 40 * index)];

/** How many pages are open at the same time. */
const walkers = 3;

/** The parts that most pages share. The landmarks around them are left in, because axe compares those of a page. */
const sharedParts = [
  '.skip-link',
  '.sidebar > .brand',
  '.menu',
  '.menu-entry',
  '.search > *',
  '.topbar-end',
  '.shortcuts > *',
];

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
  const looked = new Set<string>();
  const walkOn = async () => {
    const own = await page.context().newPage();
    // Colors that still change would be measured halfway.
    await own.emulateMedia({ reducedMotion: 'reduce' });
    await own.goto(page.url());
    await own.evaluate(layoutFaults);
    for (const address of next) {
      await own.emulateMedia({ colorScheme: 'light' });
      if (await own.evaluate(`showPage('${address}', '${credentials}')`))
        outcome.faults.push(...(await faultsOfShown(own, looked)).map((fault) => `${address}: ${fault}`));
      else outcome.noPages.push(address);
    }
    await own.close();
  };
  await Promise.all(Array.from({ length: walkers }, walkOn));
  return outcome;
}

/**
 * Axe looks at each page in both color schemes, and at the layout for phones. `looked` holds the shared parts that axe has
 * seen before.
 */
async function faultsOfShown(page: Page, looked: Set<string>): Promise<string[]> {
  const faults = await page.evaluate<string[]>(`layoutFaults(${JSON.stringify(widths)})`);
  const frame = page.frame('shown')!;
  const known = await knownParts(frame, looked);
  const look = async (width: number, colorScheme: 'light' | 'dark', rules?: string[]) => {
    await page.evaluate(`setWidth(${width})`);
    await page.emulateMedia({ colorScheme });
    const violations = await accessibilityViolations(frame, rules, known);
    faults.push(...violations.map((violation) => `${colorScheme}, at ${width} px: ${violation}`));
  };
  await look(1280, 'light');
  // Only the colors differ between the schemes.
  await look(1280, 'dark', colorRules);
  // A new shared part gets all rules, because phones alone show the button of the menu.
  await look(360, 'dark', known.length === sharedParts.length ? layoutRules : undefined);
  return faults;
}

/** The shared parts that the page lacks, or that axe has seen on another page with the same HTML. Remembers the others. */
async function knownParts(frame: Frame, looked: Set<string>): Promise<string[]> {
  const htmlOfParts = await frame.evaluate<string[]>(
    `${JSON.stringify(sharedParts)}.map((part) =>
      [...document.querySelectorAll(part)].map((element) => element.outerHTML).join(''))`,
  );
  return sharedParts.filter((_, index) => {
    const html = htmlOfParts[index]!;
    const known = html === '' || looked.has(html);
    looked.add(html);
    return known;
  });
}

import { expect } from 'vitest';
import type { Database } from '../../../database/core/orm.ts';
import { updateImportSettings } from '../../../database/imports/settings.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import type { Browserlike, TestWeb } from '../../../testing/web/web.ts';

/** A cast whose admin Nora is signed in and may upload files without a mass-change limit. */
export async function setUpUploads(database: Database, web: TestWeb) {
  const cast = await makeCast(database);
  const nora = await web.signIn(cast.nora.email);
  await setMassChangeLimit(database, 1_000);
  return { cast, nora };
}
export type Setup = Awaited<ReturnType<typeof setUpUploads>>;

export const setMassChangeLimit = ({ em }: Database, brakeCount: number) =>
  updateImportSettings(em, 'system', { dateFormat: 'DD.MM.YYYY', brakeCount, brakePercent: 100 });

/** Uploads a file and returns the id of its import. */
export async function uploaded(browser: Browserlike, kind: string, bytes: string): Promise<number> {
  const { status, location, text } = await browser.upload(`/imports/${kind}`, { bytes });
  expect(status, text).toBe(303);
  return Number(/^\/imports\/(\d+)$/.exec(location!)![1]);
}

/** The counts on the page of an import, by label. */
export const figures = (html: string): Record<string, string> =>
  Object.fromEntries(
    [...html.matchAll(/<dt>([^<]+)<\/dt>\s*<dd>([^<]+)<\/dd>/g)].map(([, label, count]) => [label, count]),
  );

/** The text of the listed lines, without markup. */
export const listed = (html: string): string[] =>
  [...html.slice(html.indexOf('id="lines"')).matchAll(/<tr>\s*<td[\s\S]*?<\/tr>/g)].map(([row]) =>
    row
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .replaceAll('&#39;', "'")
      .trim(),
  );

import { z } from 'zod';
import type { ChecklistPage } from '../../database/offboarding/checklist-page.ts';

/** The names of the open items, in the order of the page. They are the ids of its elements. */
export const openItemsOf = ({ hardware, seats, requests }: ChecklistPage): string[] => [
  ...hardware.map(({ id }) => `assignment-${id}`),
  ...seats.map(({ id }) => `seat-${id}`),
  ...requests.map(({ id }) => `request-${id}`),
];

const shownItems = z
  .string()
  .max(20_000)
  .regex(/^((assignment|seat|request)-\d{1,10}( |$))*$/)
  .transform((items) => new Set(items.split(' ')))
  .nullable()
  .catch(null);

/** The open items that a page showed, from its form. Null when the form doesn't say, as scripts don't. */
export const shownItemsIn = (sent: unknown): ReadonlySet<string> | null => shownItems.parse(sent ?? null);

import type { Request } from 'express';
import { z } from 'zod';

const nothing = 'Select at least one.';

/** At most `max` ids in one field, separated by commas. */
export const idList = (max: number) =>
  z
    .string({ error: nothing })
    .regex(/^[1-9]\d{0,8}(,[1-9]\d{0,8})*$/, { error: nothing })
    .transform((text) => [...new Set(text.split(',').map(Number))])
    .refine((ids) => ids.length <= max, { error: `Select at most ${max}.` });

/** The ids in an address: `?ids=1&ids=2`, as checkboxes send them, or `?ids=1,2`. Other words are ignored. */
export function idsInAddress(request: Request): number[] {
  const texts = [request.query.ids ?? []].flat().flatMap((text) => String(text).split(','));
  return [...new Set(texts.filter((text) => /^[1-9]\d{0,8}$/.test(text)).map(Number))];
}

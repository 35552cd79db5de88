import { z } from 'zod';

const error = 'Expected a whole number of months from 1 to 120, or nothing.';

/** The form of the erasure of former employees. Empty means never. */
export const erasureForm = z.object({
  eraseAfterMonths: z
    .string({ error })
    .trim()
    .regex(/^\d{0,3}$/, { error })
    .transform((text) => (text === '' ? null : Number(text)))
    .refine((months) => months === null || (months >= 1 && months <= 120), { error }),
});

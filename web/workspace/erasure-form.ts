import { z } from 'zod';

const error = 'Enter 1 to 120 months, or leave this empty.';

/** The form of the erasure of former employees. Empty means never. */
export const erasureForm = z.object({
  eraseAfterMonths: z
    .string({ error })
    .trim()
    .regex(/^\d{0,3}$/, { error })
    .transform((text) => (text === '' ? null : Number(text)))
    .refine((months) => months === null || (months >= 1 && months <= 120), { error }),
});

import { z } from 'zod';

/** The form of an Undo button, as a cookie may carry it: an address that only undoes, and its fields. */
export const undoOffer = z
  .object({
    action: z
      .string()
      .regex(/^\/(assets|seats|requests)\/\d+\/(assignment|recovery|revocation|resolution)\/undo$/),
    fields: z.record(z.string(), z.string()),
    /** For how many milliseconds it is shown, when that is less than usual. */
    offeredMs: z.number().optional(),
  })
  .optional();

/** The form of an Undo button. */
export type UndoOffer = NonNullable<z.infer<typeof undoOffer>>;

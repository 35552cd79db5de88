import type { RequestHandler } from 'express';
import type { z } from 'zod';

/** What an endpoint says of itself; the description of the API is made of this. */
export interface Description {
  summary: string;
  /** Markdown. */
  detail?: string;
  query?: z.ZodObject;
  /** What it reads: JSON by a schema, or bytes of another kind. */
  body?: { schema: z.ZodType; optional?: boolean } | { media: string };
  /** What it answers with when it does what it was asked, by status: JSON by a schema, or text of another kind. */
  answers: Record<number, { description: string } & ({ schema: z.ZodType } | { media: string })>;
  /** The problems of its own, by status; those of every endpoint come by themselves. */
  problems?: Record<number, string>;
  /** It has no second effect under the same Idempotency-Key. */
  keyed?: boolean;
  /** It minds If-Match and If-None-Match. */
  conditional?: boolean;
}

/** One address of the API with one method: what it is, and what carries it out. */
export interface Endpoint extends Description {
  handler: RequestHandler;
}

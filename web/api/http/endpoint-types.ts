import type { RequestHandler } from 'express';
import type { z } from 'zod';

/** A rule that the schema of a body cannot say. A body that breaks it is a 422. */
export interface ListedRule {
  /** The field that `errors` points at. Left out when it can be any. */
  pointer?: string;
  /** The `detail` at that field, when it is always the same. */
  detail?: string;
  /** The `code` of the problem; without it `invalid-input`. */
  code?: string;
  /** Markdown. */
  description: string;
}

/** The description of an endpoint. The OpenAPI document is generated from it. */
export interface EndpointDescription {
  summary: string;
  /** Markdown. */
  detail?: string;
  query?: z.ZodObject;
  /** The request body: JSON with a schema, or another media type. */
  body?: { schema: z.ZodType; optional?: boolean } | { media: string };
  /** The successful responses, by status: JSON with a schema, or another media type. */
  answers: Record<number, { description: string } & ({ schema: z.ZodType } | { media: string })>;
  /** The rules of the body beyond its schema; those of every body are added. */
  rules?: ListedRule[];
  /** The endpoint's own problems, by status; the problems of every endpoint are added. */
  problems?: Record<number, string>;
  /** Whether the endpoint accepts an Idempotency-Key. */
  keyed?: boolean;
  /** Whether the endpoint checks If-Match and If-None-Match. */
  conditional?: boolean;
}

/** An endpoint of the API: its description and its handler. */
export interface Endpoint extends EndpointDescription {
  handler: RequestHandler;
}
